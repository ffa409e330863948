import { z } from 'zod';

/**
 * Failure types that cross a process boundary, sorted by what the caller must do.
 * `retry.*` may be tried again, `stop.*` will fail the same way again, `ask.*` needs a human.
 */
export const FailureType = z.enum([
  'retry.unreachable',
  'retry.throttled',
  'retry.not-yet',
  'stop.invalid-input',
  'stop.not-found',
  'stop.forbidden',
  'stop.unsupported',
  'stop.unknown-run',
  'ask.model-unavailable',
  'ask.in-doubt',
]);
export type FailureType = z.infer<typeof FailureType>;

/** True when trying the same again may help. */
export const isRetryable = (type: FailureType): boolean => type.startsWith('retry.');

/** An error with its class. `message` names the thing and what to do; it may be shown to people and models. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly type: FailureType;
  /** Milliseconds after which a retry makes sense, where the other side said so. */
  readonly retryAfterMs: number | undefined;

  constructor(type: FailureType, message: string, options?: ErrorOptions & { retryAfterMs?: number }) {
    super(message, options);
    this.type = type;
    this.retryAfterMs = options?.retryAfterMs;
  }
}
