import { z } from 'zod';
import { digestOf } from '../../../src/domain/digest.ts';
import { JsonObject } from '../../../src/domain/json.ts';
import { Manifest, type ToolEntry } from '../../../src/domain/manifest.ts';
import type { Risk } from '../../../src/domain/risk.ts';

function tool(name: string, risk: Risk, input: z.ZodType): ToolEntry {
  const inputSchema = JsonObject.parse(z.toJSONSchema(input, { io: 'input' }));
  return {
    name,
    title: name,
    description: `What ${name} does.`,
    risk,
    reversible: 'yes',
    safeToRepeat: 'compare-and-set',
    timeoutMs: 10_000,
    inputSchema,
    schemaHash: digestOf(inputSchema),
  };
}

const workload = z.strictObject({ namespace: z.string(), name: z.string() });

/** Two tools that read and two that write, with the schemas that zod gives. */
export const testManifest: Manifest = Manifest.parse({
  v: 1,
  tools: [
    tool('kubernetes.pods', 'read', workload),
    tool('kubernetes.logs', 'read', workload.extend({ lines: z.int().min(1).max(500).default(100) })),
    tool('kubernetes.rollout_undo', 'write', workload.extend({ revision: z.int().positive() })),
    tool('kubernetes.scale', 'write', workload.extend({ replicas: z.int().nonnegative() })),
  ],
  runbooks: [
    {
      name: 'remediation/bad-deploy',
      version: 1,
      title: 'Bad deploy',
      description: 'A new version fails after a rollout.',
      tools: ['kubernetes.pods', 'kubernetes.logs', 'kubernetes.rollout_undo', 'kubernetes.scale'],
      inputSchema: { type: 'object' },
      fromAlert: null,
      targetTemplate: '{name}',
      hash: digestOf('runbook'),
    },
  ],
  connections: { kubernetes: ['default'] },
  hash: digestOf('manifest'),
});

export const READ_TOOLS = ['kubernetes.pods', 'kubernetes.logs'];
export const WRITE_TOOLS = ['kubernetes.rollout_undo', 'kubernetes.scale'];
