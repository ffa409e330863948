import { z } from 'zod';
import { Digest } from '../domain/digest.ts';
import { GateId } from '../domain/ids.ts';

/** What a decision button carries: the gate, the option, and the digest of exactly what was shown beside it. */
export const ButtonValue = z.strictObject({ gate: GateId, option: z.string().min(1).max(40), digest: Digest });
export type ButtonValue = z.infer<typeof ButtonValue>;

export const ACTIONS = {
  approve: 'belay.approve',
  deny: 'belay.deny',
  show: 'belay.show',
  pick: 'belay.pick',
} as const;

/** The `callback_id` of the dialog that asks why somebody denies. */
export const DENY_MODAL = 'belay.deny-reason';

/** A button's value, or undefined when it is none of ours. */
export function parseButtonValue(text: unknown): ButtonValue | undefined {
  try {
    return ButtonValue.safeParse(JSON.parse(String(text))).data;
  } catch {
    return undefined;
  }
}
