import type { ModelTurnRequest } from '../domain/conversation.ts';
import { Failure } from '../domain/failure.ts';
import type { Manifest, ToolEntry } from '../domain/manifest.ts';

/** What the model may call, and what it may only name in a plan. */
export interface ToolBelt {
  readonly reads: readonly ToolEntry[];
  readonly writes: readonly ToolEntry[];
}

/**
 * The tools of a request, as the manifest knows them.
 * @throws Failure `stop.invalid-input` for a tool that the manifest lacks or that stands on the wrong side: a tool
 *   that writes is never callable, whatever the caller says.
 */
export function toolBelt(request: Pick<ModelTurnRequest, 'readTools' | 'writeTools'>, manifest: Manifest): ToolBelt {
  const entries = new Map(manifest.tools.map((tool) => [tool.name, tool]));
  const entry = (name: string): ToolEntry => {
    const found = entries.get(name);
    if (!found) throw new Failure('stop.invalid-input', `tool ${name} is not in the manifest; build it again`);
    return found;
  };
  const reads = [...new Set(request.readTools)].map(entry);
  const writes = [...new Set(request.writeTools)].map(entry);
  for (const tool of reads)
    if (tool.risk !== 'read')
      throw new Failure('stop.invalid-input', `tool ${tool.name} is ${tool.risk}: a model may not call it`);
  for (const tool of writes)
    if (tool.risk === 'read')
      throw new Failure('stop.invalid-input', `tool ${tool.name} only reads: a plan cannot name it as an action`);
  return { reads, writes };
}
