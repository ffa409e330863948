import { z } from 'zod';

/** Any JSON value; what crosses a process boundary is this and nothing richer. */
export const Json = z.json();
export type Json = z.infer<typeof Json>;

/** A JSON object, such as parsed tool arguments. */
export const JsonObject = z.record(z.string(), z.json());
export type JsonObject = z.infer<typeof JsonObject>;
