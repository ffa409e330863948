import { z } from 'zod';
import { oneLine } from '../one-line.ts';
import { type AccessRecord, isRead } from './access-log-line.ts';

/** Somebody who reads a bucket, as its access log names them. */
export const Reader = z.object({
  /** An ARN or a canonical user id; for one who did not say who they are, the address. */
  who: z.string(),
  anonymous: z.boolean(),
  served: z.number().int(),
  denied: z.number().int(),
  firstAt: z.string(),
  lastAt: z.string(),
});
export type Reader = z.infer<typeof Reader>;

/** Requests of one reader: the name without the session, which is another one each hour. */
const nameOf = ({ requester, address }: AccessRecord): string =>
  requester === null
    ? `anonymous from ${oneLine(address, 50)}`
    : oneLine(requester.replace(/(:assumed-role\/[^/]+)\/.*$/, '$1'), 150);

/** Everybody who read, or tried to, the busiest first. What a reader was denied is 403; what is not there is no denial. */
export function readersOf(records: readonly AccessRecord[]): Reader[] {
  const readers = new Map<string, Reader>();
  for (const record of records.filter(isRead)) {
    const who = nameOf(record);
    const { served, denied, firstAt, lastAt } = readers.get(who) ?? {
      served: 0,
      denied: 0,
      firstAt: record.at,
      lastAt: record.at,
    };
    readers.set(who, {
      who,
      anonymous: record.requester === null,
      served: served + (record.status < 400 ? 1 : 0),
      denied: denied + (record.status === 403 ? 1 : 0),
      firstAt: firstAt < record.at ? firstAt : record.at,
      lastAt: lastAt > record.at ? lastAt : record.at,
    });
  }
  return [...readers.values()].toSorted(
    (a, b) => b.served - a.served || b.denied - a.denied || (a.who < b.who ? -1 : 1),
  );
}
