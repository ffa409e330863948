import { z } from 'zod';

/** How much one tool may do. Beyond `count` or `percent` an action is refused; beyond `perHour` the tool is halted. */
export const Cap = z.strictObject({
  /** A tool's name, or `<system>.*`. */
  tool: z.string().regex(/^[a-z][a-z0-9]*\.(\*|[a-z][a-z0-9_]*)$/),
  count: z.number().int().positive().optional(),
  percent: z.number().positive().max(100).optional(),
  perHour: z.number().int().positive().optional(),
});
export type Cap = z.infer<typeof Cap>;

/** Whether a cap is about a tool. */
export const capsTool = (cap: Cap, tool: string): boolean =>
  cap.tool === tool || (cap.tool.endsWith('.*') && tool.startsWith(cap.tool.slice(0, -1)));
