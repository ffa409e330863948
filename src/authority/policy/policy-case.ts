import { z } from 'zod';
import { type Directory, listedIn } from '../../domain/directory.ts';
import { familyOf, PolicyRequest } from '../../domain/policy-request.ts';
import type { ToolFacts } from './policy-problems.ts';

const Circumstances = PolicyRequest.shape.context;

/** A made-up question to policy: a table test, or what somebody wants explained. What it leaves out is harmless and usual. */
export const PolicyCase = z.strictObject({
  /** The requester: somebody's name in the directory, or any other for an alert or a stranger. */
  who: z.string().default('alert:example'),
  tool: z.string(),
  /** Tags; `system`, `connection`, `key` and `name` are the target's own. */
  target: z.record(z.string(), z.string()).default({}),
  context: z
    .strictObject({
      ...Circumstances.shape,
      blastRadius: Circumstances.shape.blastRadius.partial(),
      incident: Circumstances.shape.incident.partial(),
    })
    .partial()
    .default({}),
});
export type PolicyCase = z.infer<typeof PolicyCase>;

/** What a case is asked against. `stepUpPossible` and `freezes` are of the place where one runs. */
export interface CaseSurroundings {
  readonly directory: Directory;
  readonly tools: readonly ToolFacts[];
  readonly now: Date;
  readonly stepUpPossible?: boolean;
}

/** The request a case stands for. @throws Error when the tool is unknown and the case does not say its risk. */
export function requestOfCase(
  { who, tool, target, context }: PolicyCase,
  { directory, tools, now, stepUpPossible = true }: CaseSurroundings,
): PolicyRequest {
  const known = tools.find(({ name }) => name === tool);
  const risk = context.risk ?? known?.risk;
  if (risk === undefined)
    throw new Error(`no tool is called ${tool}; give its risk in the context to ask about one that will be`);
  const { system = tool.split('.')[0] ?? tool, connection = 'default', key, name, ...tags } = target;
  const { blastRadius: blast = {} } = context;
  const family = context.family ?? (context.runbook === undefined ? 'remediation' : familyOf(context.runbook));
  return {
    requester: { person: who, groups: listedIn(directory, who) },
    tool,
    target: { system, connection, key: key ?? `${system}:example`, name: name ?? 'the target', tags },
    context: {
      risk,
      reversible: context.reversible ?? known?.reversible ?? 'yes',
      runbook: context.runbook ?? `${family}/example`,
      family,
      proposedBy: context.proposedBy ?? 'rules',
      blastRadius: { count: blast.count ?? 1, unit: blast.unit ?? 'things', percent: blast.percent ?? null },
      owner: context.owner ?? '',
      freezes: context.freezes ?? [],
      dryRun: context.dryRun ?? false,
      incident: { open: context.incident?.open ?? false, responder: context.incident?.responder ?? null },
      stepUpPossible: context.stepUpPossible ?? stepUpPossible,
      money: context.money ?? null,
      at: context.at ?? now.toISOString(),
    },
  };
}
