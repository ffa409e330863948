import type { z } from 'zod';
import type { Execution, ToolContext, ToolPreview, WriteTool } from '../../../src/sdk/define-tool.ts';
import { Preview } from '../../../src/domain/action.ts';
import { connectKubernetes } from '../../../src/tools/kubernetes/connect.ts';
import type { KubernetesClient } from '../../../src/tools/kubernetes/client.ts';

type KubernetesWrite<I extends z.ZodType> = WriteTool<string, I, KubernetesClient>;

/** What a tool gets from its worker. */
export function contextFor(kubeconfig: string): ToolContext<KubernetesClient> {
  return {
    client: connectKubernetes({ kubeconfig }),
    connection: 'default',
    signal: AbortSignal.timeout(60_000),
    now: () => new Date(),
  };
}

/** Previews, checks that the preview is one that the authority accepts, and gives what an approved attempt would get. */
export async function approve<I extends z.ZodType>(
  tool: KubernetesWrite<I>,
  input: z.input<I>,
  actionId: string,
  context: ToolContext<KubernetesClient>,
): Promise<{ args: z.output<I>; preview: ToolPreview; execution: Execution }> {
  const args = tool.input.parse(input);
  const preview = await tool.preview(args, context);
  const { risk, reversible, safeToRepeat } = tool;
  const hash = `sha256:${'0'.repeat(64)}`;
  Preview.parse({ ...preview, tool: tool.name, toolSchemaHash: hash, args, risk, reversible, safeToRepeat });
  const { precondition, preState } = preview;
  const execution = { actionId, idempotencyKey: `${actionId} ${hash}`, precondition, preState, postState: null };
  return { args, preview, execution };
}
