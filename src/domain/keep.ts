import { z } from 'zod';
import { Person } from './person.ts';
import { Standing } from './standing.ts';

/** Longest that one word keeps something; whoever needs more says so again. Days. */
export const LONGEST_KEEP_DAYS = 366;

/** What somebody says who keeps items of a list: which (all of the list's that are theirs, unless named), why, until when. */
export const KeepRequest = z.strictObject({
  keys: z.array(z.string().max(500)).min(1).max(5_000),
  reason: z.string().trim().min(1, 'say why; it goes into the record').max(1_000),
  until: z.iso.date('a day such as 2027-01-31'),
});
export type KeepRequest = z.infer<typeof KeepRequest>;

/** One kept item: the authority's signed testimony of what a door told it. */
export const KeepRecord = z.object({
  v: z.literal(1),
  id: z.string(),
  run: z.string(),
  list: z.string(),
  runbook: z.string(),
  key: z.string(),
  person: Person,
  standing: Standing,
  reason: z.string(),
  until: z.iso.datetime(),
  at: z.iso.datetime(),
  keyId: z.string(),
  signature: z.string(),
});
export type KeepRecord = z.infer<typeof KeepRecord>;

/** The part of it that its signature covers. The type tag keeps it from passing for anything else that is signed. */
export function signedKeep(
  record: Omit<KeepRecord, 'signature'> & { signature?: string },
): Omit<KeepRecord, 'signature'> & { type: 'belay/keep' } {
  const { signature: _, ...rest } = record;
  return { type: 'belay/keep', ...rest };
}
