import type { Preview } from '../domain/action.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ToolPreview, WriteTool } from '../sdk/define-tool.ts';
import { toolEntry } from '../tools/registry.ts';
import { clean } from './redacted.ts';

/** What a tool saw, as it leaves this process: with what the tool declares of itself, and without secrets in its texts. */
export async function cleanPreview(tool: WriteTool, args: JsonObject, seen: ToolPreview): Promise<Preview> {
  const { risk, reversible, safeToRepeat } = tool;
  const { count, unit, percent } = seen.blastRadius;
  const { money, ...rest } = seen;
  return {
    ...rest,
    blastRadius: { count, unit, ...(percent === undefined ? {} : { percent }) },
    sentence: await clean(seen.sentence, 500),
    diff: await clean(seen.diff, 20_000),
    undo: seen.undo === null ? null : await clean(seen.undo, 500),
    target: { ...seen.target, name: await clean(seen.target.name, 300) },
    tool: tool.name,
    toolSchemaHash: toolEntry(tool).schemaHash,
    args,
    risk,
    reversible,
    safeToRepeat,
    ...(money === undefined ? {} : { money }),
  };
}
