import { z } from 'zod';

/** The authenticated ways by which a person reaches the authority. */
export const Door = z.enum(['terminal', 'cli', 'api', 'web', 'slack', 'alert', 'schedule']);
export type Door = z.infer<typeof Door>;

/**
 * Someone, as one door knows them. `id` is what approver lists name: `local:<user>` or `slack:<team>/<user>`.
 * `name` is for reading only and never decides anything.
 */
export const Person = z.object({ id: z.string().min(1).max(300), name: z.string().min(1).max(200), door: Door });
export type Person = z.infer<typeof Person>;
