import { EventEmitter } from 'node:events';

import type { Message, View } from './block-kit.ts';
import type { Delivery } from './deliver.ts';

/** Old deliveries only make the list longer. */
const KEEP_DELIVERIES = 30;

/**
 * What the page shows and the emulated Web API does not keep for it: messages that only one person sees, the modals
 * that are open in front of each person, their Home tabs, and how Belay answered. Every change is announced.
 */
export class Overlay {
  readonly #changes = new EventEmitter().setMaxListeners(100);
  readonly #ephemerals = new Map<string, Message[]>();
  readonly #modals = new Map<string, View[]>();
  readonly #homes = new Map<string, View>();
  readonly #triggers = new Map<string, string>();
  #deliveries: Delivery[] = [];
  #lastTs = '';

  /** Calls `listener` after each change; returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#changes.on('change', listener);
    return () => this.#changes.off('change', listener);
  }

  /** Says that something which the page shows is different now. */
  changed(): void {
    this.#changes.emit('change');
  }

  /** A message time stamp of our own, unique here, for messages that never reach the Web API. */
  timestamp(): string {
    const micros = Math.max(Date.now() * 1000, Number(this.#lastTs.replace('.', '')) + 1);
    this.#lastTs = `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`;
    return this.#lastTs;
  }

  ephemerals(user: string): readonly Message[] {
    return this.#ephemerals.get(user) ?? [];
  }

  /** Shows a message to one person; one with the same `ts` is replaced. */
  putEphemeral(user: string, message: Message): void {
    const others = this.ephemerals(user).filter(({ ts }) => ts !== message.ts);
    this.#ephemerals.set(user, [...others, message]);
    this.changed();
  }

  dropEphemeral(user: string, ts: string): void {
    this.#ephemerals.set(
      user,
      this.ephemerals(user).filter((message) => message.ts !== ts),
    );
    this.changed();
  }

  /** Remembers in front of whom a view opens that is opened with this trigger. */
  rememberTrigger(trigger: string, user: string): void {
    this.#triggers.set(trigger, user);
  }

  userOfTrigger(trigger: unknown): string | undefined {
    return typeof trigger === 'string' ? this.#triggers.get(trigger) : undefined;
  }

  /** The modals in front of a person, the topmost last. */
  modals(user: string): readonly View[] {
    return this.#modals.get(user) ?? [];
  }

  openModal(user: string, view: View): void {
    this.#modals.set(user, [...this.modals(user), view]);
    this.changed();
  }

  /** Replaces a view wherever it is shown. */
  updateView(view: View): void {
    for (const [user, views] of this.#modals) {
      this.#modals.set(
        user,
        views.map((shown) => (shown.id === view.id ? view : shown)),
      );
    }
    this.changed();
  }

  closeModal(user: string, id: string): void {
    this.#modals.set(
      user,
      this.modals(user).filter((view) => view.id !== id),
    );
    this.changed();
  }

  closeModals(user: string): void {
    this.#modals.delete(user);
    this.changed();
  }

  home(user: string): View | undefined {
    return this.#homes.get(user);
  }

  publishHome(user: string, view: View): void {
    this.#homes.set(user, view);
    this.changed();
  }

  /** The newest first. */
  deliveries(): readonly Delivery[] {
    return this.#deliveries;
  }

  addDelivery(delivery: Delivery): void {
    this.#deliveries = [delivery, ...this.#deliveries].slice(0, KEEP_DELIVERIES);
    this.changed();
  }
}
