import { z } from 'zod';
import { Finding } from '../../domain/finding.ts';
import type { AuthorityContext } from '../context.ts';

/** A finding over all scans, as every view shows it. */
export const KnownFinding = z.object({
  state: z.enum(['open', 'gone']),
  firstSeen: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
  goneAt: z.iso.datetime().nullable(),
  /** How often it came back. */
  reopened: z.number().int(),
  /** As the last scan that found it said it. */
  finding: Finding,
});
export type KnownFinding = z.infer<typeof KnownFinding>;

const PAGE = 500;

/** What scans found, as people's doors see it. */
export interface FindingDoors {
  /** Open ones, the newest first; with `gone` those that are gone instead. At most 500, of `count`. */
  findings(filter?: { gone?: boolean; check?: string }): Promise<{ findings: KnownFinding[]; count: number }>;
}

export const findingDoors = ({ db }: AuthorityContext): FindingDoors => ({
  findings: async ({ gone = false, check } = {}) => {
    let query = db.selectFrom('findings').where('state', '=', gone ? 'gone' : 'open');
    if (check !== undefined) query = query.where('check_id', '=', check);
    const { count } = await query.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
    const rows = await query.selectAll().orderBy('first_seen', 'desc').orderBy('identity').limit(PAGE).execute();
    const findings = rows.map((row) => ({
      state: row.state,
      firstSeen: row.first_seen.toISOString(),
      lastSeen: row.last_seen.toISOString(),
      goneAt: row.gone_at?.toISOString() ?? null,
      reopened: row.reopened,
      finding: row.finding,
    }));
    return { findings, count };
  },
});
