import { z } from 'zod';

/** What a tool may do to the world. Declared on the tool in code; what a model claims is discarded. */
export const Risk = z.enum(['read', 'write', 'destructive']);
export type Risk = z.infer<typeof Risk>;

/** How far an action can be taken back. */
export const Reversible = z.enum(['yes', 'partly', 'no']);
export type Reversible = z.infer<typeof Reversible>;
