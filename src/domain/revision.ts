import { z } from 'zod';
import { GateId } from './ids.ts';
import { JsonObject } from './json.ts';

/**
 * What people ask for instead of what a gate showed: other arguments for one action of an option, or another plan.
 * `next` is the id of the gate that takes its place; `by` is who asked, by their name in the directory.
 */
export const Revision = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('edit'),
    next: GateId,
    option: z.string(),
    action: z.number().int().nonnegative(),
    args: JsonObject,
    by: z.string(),
  }),
  z.object({ kind: z.literal('send-back'), next: GateId, feedback: z.string(), by: z.string() }),
]);
export type Revision = z.infer<typeof Revision>;
