import { z } from 'zod';
import { Digest } from '../domain/digest.ts';
import { GateId, RunId } from '../domain/ids.ts';
import { ListRef } from '../domain/list-item.ts';

/** What a decision button carries: the gate, the option, and the digest of exactly what was shown beside it. */
export const ButtonValue = z.strictObject({ gate: GateId, option: z.string().min(1).max(40), digest: Digest });
export type ButtonValue = z.infer<typeof ButtonValue>;

export const ACTIONS = {
  approve: 'belay.approve',
  deny: 'belay.deny',
  byHand: 'belay.by-hand',
  acknowledge: 'belay.acknowledge',
  more: 'belay.more',
  show: 'belay.show',
  pick: 'belay.pick',
  keep: 'belay.keep',
  /** A button that only leads somewhere; Slack tells of the click all the same. */
  link: 'belay.link',
} as const;

/** A button's value, or undefined when it is none of ours. */
export function parseButtonValue(text: unknown): ButtonValue | undefined {
  try {
    return ButtonValue.safeParse(JSON.parse(String(text))).data;
  } catch {
    return undefined;
  }
}

/** What the menu of the less common decisions offers. `link` leads to a page and asks nothing. */
const Choice = z.enum(['edit', 'edit-other', 'send-back', 'by-hand', 'link']);
const MenuValue = ButtonValue.extend({ choice: Choice, action: z.coerce.number().int().min(0).max(9) });
export type MenuValue = z.infer<typeof MenuValue>;

const MARK = '|';

/** A menu item's value. Slack allows 150 characters, too few for JSON. */
export const menuValue = ({ choice, gate, option, digest, action }: MenuValue): string =>
  [choice, gate, option, digest.slice('sha256:'.length), action].join(MARK);

/** A menu item's value, or undefined when it is none of ours. */
export function parseMenuValue(text: unknown): MenuValue | undefined {
  const [choice, gate, option, hash, action, ...more] = String(text).split(MARK);
  if (more.length > 0 || !/^\d$/.test(action ?? '')) return undefined;
  return MenuValue.safeParse({ choice, gate, option, digest: `sha256:${hash}`, action }).data;
}

/** What a keep button stands for: whose items of which list of a run; `owner` null: those that nobody is named for. */
export const KeepValue = z.strictObject({
  run: RunId,
  list: ListRef.shape.name,
  owner: z.string().min(1).max(300).nullable(),
});
export type KeepValue = z.infer<typeof KeepValue>;

/** A keep button's value, or undefined when it is none of ours. */
export function parseKeepValue(text: unknown): KeepValue | undefined {
  try {
    return KeepValue.safeParse(JSON.parse(String(text))).data;
  } catch {
    return undefined;
  }
}
