import { z } from 'zod';
import { Digest } from './digest.ts';
import { JsonObject } from './json.ts';
import { Reversible, Risk } from './risk.ts';

/** What the authority, forms, docs and the model know of a tool without running its code. */
export const ToolEntry = z.object({
  name: z.string().regex(/^[a-z][a-z0-9]*\.[a-z][a-z0-9_]*$/),
  title: z.string(),
  description: z.string(),
  risk: Risk,
  reversible: Reversible,
  safeToRepeat: z.enum(['idempotency-key', 'compare-and-set', 'no']),
  /** Milliseconds one attempt may take. */
  timeoutMs: z.number().int().positive(),
  inputSchema: JsonObject,
  schemaHash: Digest,
});
export type ToolEntry = z.infer<typeof ToolEntry>;

/** How an alert's labels become a runbook's input: the first of the named labels that is there. */
export const AlertMapping = z.record(z.string(), z.array(z.string()).min(1));
export type AlertMapping = z.infer<typeof AlertMapping>;

export const RunbookEntry = z.object({
  name: z.string().regex(/^[a-z]+\/[a-z][a-z0-9-]*$/),
  version: z.number().int().positive(),
  title: z.string(),
  description: z.string(),
  tools: z.array(z.string()),
  inputSchema: JsonObject,
  fromAlert: AlertMapping.nullable(),
  /** Names the target in words, with `{field}` for input fields. */
  targetTemplate: z.string(),
  hash: Digest,
});
export type RunbookEntry = z.infer<typeof RunbookEntry>;

export const Manifest = z.object({
  v: z.literal(1),
  tools: z.array(ToolEntry),
  runbooks: z.array(RunbookEntry),
  /** Connections by system: `{"kubernetes":["default"]}`. */
  connections: z.record(z.string(), z.array(z.string())),
  hash: Digest,
});
export type Manifest = z.infer<typeof Manifest>;
