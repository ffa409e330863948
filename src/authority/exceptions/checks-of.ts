import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';

/** What an item that comes from a scan says of the checks that object to it; see `itemsOf` of the scanner's tools. */
const Facts = z.object({
  finding: z.object({ check: z.string() }).optional(),
  checks: z.array(z.string()).optional(),
  moreChecks: z.number().optional(),
});

/** Stands for checks that an item does not name: no exception is from it. */
const UNNAMED = '(unnamed)';

/** The checks that object to an item of a list; none where it is from no scan. */
export function checksOf(facts: JsonObject): string[] {
  const { data } = Facts.safeParse(facts);
  const named = data?.checks ?? (data?.finding ? [data.finding.check] : []);
  return (data?.moreChecks ?? 0) > 0 ? [...named, UNNAMED] : named;
}
