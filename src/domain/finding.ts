import { z } from 'zod';

/** One line of `belay doctor`: `bad` fails the command; `note`: nothing is wrong, or nothing that can be checked. */
export const Finding = z.object({ what: z.string(), how: z.enum(['ok', 'bad', 'note']), text: z.string() });
export type Finding = z.infer<typeof Finding>;

type Found = Omit<Finding, 'what'>;
export const ok = (text: string): Found => ({ how: 'ok', text });
export const bad = (text: string): Found => ({ how: 'bad', text });
export const note = (text: string): Found => ({ how: 'note', text });
