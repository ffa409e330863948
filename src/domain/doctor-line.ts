import { z } from 'zod';

/** One line of `belay doctor`: `bad` fails the command; `note`: nothing is wrong, or nothing that can be checked. */
export const DoctorLine = z.object({ what: z.string(), how: z.enum(['ok', 'bad', 'note']), text: z.string() });
export type DoctorLine = z.infer<typeof DoctorLine>;

type Found = Omit<DoctorLine, 'what'>;
export const ok = (text: string): Found => ({ how: 'ok', text });
export const bad = (text: string): Found => ({ how: 'bad', text });
export const note = (text: string): Found => ({ how: 'note', text });
