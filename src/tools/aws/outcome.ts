import type { ActionOutcome } from '../../domain/grant.ts';
import { Failure } from '../../domain/failure.ts';
import type { Json } from '../../domain/json.ts';

export const done = (summary: string, postState: Json): ActionOutcome => ({
  status: 'done',
  summary: summary.slice(0, 1000),
  postState,
});

export const failed = (summary: string): ActionOutcome => ({
  status: 'failed',
  summary: summary.slice(0, 1000),
  postState: null,
});

/** AWS's clear no is an end: it did nothing, and will say the same again. What is unclear is thrown on, and looked at later. */
export async function orRefused(
  act: () => Promise<ActionOutcome>,
  saying: (why: string) => string,
): Promise<ActionOutcome> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Failure && error.type.startsWith('stop.')) return failed(saying(error.message));
    throw error;
  }
}
