import { z } from 'zod';
import { type Digest, digestOf } from '../domain/digest.ts';
import { JsonObject } from '../domain/json.ts';
import { Manifest, RunbookEntry } from '../domain/manifest.ts';
import type { AnyRunbook } from '../sdk/define-runbook.ts';
import type { Registry } from '../tools/registry.ts';

/** What the server knows of team code without running it. Throws one error that lists every problem. */
export function buildManifest(
  registry: Registry,
  runbooks: readonly AnyRunbook[],
  connections: Record<string, string[]>,
  code: Digest,
): Manifest {
  const tools = registry.entries();
  const known = new Set(tools.map((tool) => tool.name));
  const problems: string[] = [];
  const names = new Set<string>();
  const entries = runbooks.map((runbook) => {
    if (names.has(runbook.name)) problems.push(`runbook ${runbook.name} is there twice`);
    names.add(runbook.name);
    for (const tool of runbook.tools)
      if (!known.has(tool)) problems.push(`runbook ${runbook.name} names the tool ${tool}, which nobody registered`);
    const inputSchema = JsonObject.parse(z.toJSONSchema(runbook.input, { io: 'input' }));
    const fields = Object.keys(inputSchema['properties'] ?? {});
    for (const field of Object.keys(runbook.fromAlert ?? {}))
      if (!fields.includes(field))
        problems.push(`runbook ${runbook.name} maps alert labels to "${field}", which is not an input`);
    if (inputSchema['additionalProperties'] !== false)
      problems.push(`runbook ${runbook.name}: its input must be a strict object (z.strictObject)`);
    const { name, version, title, description, fromAlert, target } = runbook;
    const entry = {
      name,
      version,
      title,
      description,
      tools: [...runbook.tools],
      inputSchema,
      fromAlert,
      targetTemplate: target,
    };
    const parsed = RunbookEntry.safeParse({ ...entry, hash: digestOf({ ...entry, code }) });
    if (!parsed.success)
      problems.push(
        ...parsed.error.issues.map((issue) => `runbook ${name}: ${issue.path.join('.')}: ${issue.message}`),
      );
    return parsed.data;
  });
  if (problems.length > 0)
    throw new Error(`These runbooks cannot be used:\n${problems.map((line) => `  ${line}`).join('\n')}`);
  const content = { v: 1 as const, tools, runbooks: entries.filter((entry) => entry !== undefined), connections };
  return Manifest.parse({ ...content, hash: digestOf(content) });
}
