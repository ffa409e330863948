import type { CardRef } from '../domain/card-ref.ts';
import type { Gate } from '../domain/gate.ts';
import type { RunView } from './doors.ts';
import type { ListItemView, ListView } from './lists/list-view.ts';

/**
 * Tells people. Called by the outbox, at least once each: `known` is what an earlier call returned, if that was stored.
 * Throws to be tried again later; a gate's decision never waits for this.
 */
export interface Announcer {
  /** Posts the gate's card, or brings the one at `known` up to date. Looks for a card of the same gate before posting a second one. */
  card(gate: Gate, run: RunView, known: CardRef | undefined): Promise<CardRef>;
  /** One message; in the thread of `card` when there is one. `key` identifies it for duplicates. */
  say(text: string, run: RunView, card: CardRef | undefined, key: string): Promise<void>;
  /** One message to the channel, about no run. */
  announce(text: string, key: string): Promise<void>;
  /** One message to each of these people themselves, by their identities at this announcer's door, and to the channel. */
  page(text: string, identities: readonly string[], run: RunView, key: string): Promise<void>;
  /** Asks one owner, by their identities at this announcer's door, whether they keep something; the channel where there is none. */
  ask(question: OwnerQuestion, run: RunView, key: string): Promise<void>;
}

/** What an owner is asked: what will happen to which of their things, and until when they may say that they keep them. */
export interface OwnerQuestion {
  readonly list: ListView;
  /** Those they have not kept yet. */
  readonly items: readonly ListItemView[];
  /** Their name in the directory; null: nobody is named, and the channel is asked. */
  readonly owner: string | null;
  readonly identities: readonly string[];
}
