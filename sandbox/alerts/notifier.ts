import { reasonOf } from '../../src/platform/problem.ts';
import type { ActiveAlert } from './alert-rule.ts';
import { webhookMessage } from './webhook-message.ts';
import type { KnownAlert, WebhookMessage } from './webhook-message.ts';

export interface NotifierOptions {
  /** Where to post; without it alerts are only listed. */
  webhook: string | undefined;
  /** Alertmanager's own address and the link to the rule's graph, as receivers get them. */
  urls: { external: string; generator: string };
  repeatMs?: number;
  backOffMs?: number;
}

export interface Delivery {
  at: string;
  status: WebhookMessage['status'];
  /** The HTTP status of the answer; absent when there was none. */
  code?: number;
  error?: string;
}

const REPEAT_MS = 30_000;
const BACK_OFF = { firstMs: 500, maxMs: 10_000 };
const TIMEOUT_MS = 10_000;

/**
 * What Alertmanager does for one alert: tells the webhook that it fires, again every 30 s, and that it is resolved. No answer and 5xx are
 * tried again with growing pauses, always with the state as it is by then; any other answer settles it. What was never told is not resolved.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #firstBackOff: number;
  #known: KnownAlert | undefined;
  #told: { status: WebhookMessage['status']; startsAt: string; at: number } | undefined;
  #backOffMs: number;
  #nextAttempt = 0;
  #sending: Promise<void> | undefined;
  readonly #abort = new AbortController();
  last: Delivery | undefined;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#firstBackOff = options.backOffMs ?? BACK_OFF.firstMs;
    this.#backOffMs = this.#firstBackOff;
  }

  /** The alert as Alertmanager would list it now. */
  get known(): KnownAlert | undefined {
    return this.#known;
  }

  /** Takes the rule's alerts and sends what is due; call it each second. */
  observe(alerts: ActiveAlert[], now: number = Date.now()): void {
    const firing = alerts.find(({ state }) => state === 'firing');
    if (firing && (!this.#known || this.#known.endsAt !== undefined)) {
      this.#known = { alert: firing, startsAt: new Date(now).toISOString(), endsAt: undefined };
    } else if (firing && this.#known) this.#known.alert = firing;
    else if (this.#known) this.#known.endsAt ??= new Date(now).toISOString();
    if (this.#options.webhook !== undefined && !this.#sending && now >= this.#nextAttempt && this.#isDue(now)) {
      this.#sending = this.#send(this.#options.webhook).finally(() => (this.#sending = undefined));
    }
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#sending;
  }

  #isDue(now: number): boolean {
    if (!this.#known) return false;
    const { startsAt, endsAt } = this.#known;
    const told = this.#told?.startsAt === startsAt ? this.#told : undefined;
    if (endsAt !== undefined) return told?.status === 'firing';
    return !told || now - told.at >= (this.#options.repeatMs ?? REPEAT_MS);
  }

  async #send(webhook: string): Promise<void> {
    if (!this.#known) return;
    const message = webhookMessage(this.#known, this.#options.urls);
    const { startsAt } = this.#known;
    const delivery: Delivery = { at: new Date().toISOString(), status: message.status };
    this.last = delivery;
    try {
      const answer = await fetch(webhook, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'Alertmanager/0.25.0' },
        body: JSON.stringify(message),
        signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await answer.arrayBuffer();
      delivery.code = answer.status;
    } catch (error) {
      delivery.error = reasonOf(error);
    }
    if (delivery.code !== undefined && delivery.code < 500) {
      this.#told = { status: message.status, startsAt, at: Date.now() };
      this.#backOffMs = this.#firstBackOff;
      this.#nextAttempt = 0;
      return;
    }
    this.#nextAttempt = Date.now() + this.#backOffMs;
    this.#backOffMs = Math.min(this.#backOffMs * 2, BACK_OFF.maxMs);
  }
}
