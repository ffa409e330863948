import { z } from 'zod';

/** One line of `belay doctor`: `bad` fails the command; `note`: nothing is wrong, or nothing that can be checked. */
export const Finding = z.object({ what: z.string(), how: z.enum(['ok', 'bad', 'note']), text: z.string() });
export type Finding = z.infer<typeof Finding>;
