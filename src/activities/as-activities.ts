import { ApplicationFailure, Context } from '@temporalio/activity';
import { Failure, isRetryable } from '../domain/failure.ts';

/** A third of the heartbeat timeout the workflow asks for: one lost beat is no alarm. */
const BEAT_MS = 5000;

/** Translates our failures once, at the edge: their type and message cross into the workflow, their class does not. */
export function toApplicationFailure(error: unknown): unknown {
  if (!(error instanceof Failure)) return error;
  return ApplicationFailure.create({
    type: error.type,
    message: error.message,
    nonRetryable: !isRetryable(error.type),
    ...(error.retryAfterMs === undefined ? {} : { nextRetryDelay: error.retryAfterMs }),
  });
}

type Activities<T> = {
  [K in keyof T]: T[K] extends (request: infer R) => Promise<infer O> ? (request: R) => Promise<O> : never;
};

/** Makes plain async functions activities: they beat while they run, so that cancel arrives and a dead worker is noticed. */
export function asActivities<T extends object>(functions: T): Activities<T> {
  const wrapped = Object.entries(functions).map(([name, fn]) => [
    name,
    async (request: unknown) => {
      const { heartbeat } = Context.current();
      const beat = setInterval(() => heartbeat(), BEAT_MS);
      try {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `Object.entries` forgets the type that `Activities` says again
        return await (fn as (request: unknown) => Promise<unknown>)(request);
      } catch (error) {
        throw toApplicationFailure(error);
      } finally {
        clearInterval(beat);
      }
    },
  ]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same names with the same signatures
  return Object.fromEntries(wrapped) as Activities<T>;
}
