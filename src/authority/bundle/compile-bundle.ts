import { type Cap, capsTool } from '../../domain/cap.ts';
import { type ExplainedPolicySet, loadPolicies } from '../policy/load-policies.ts';
import type { ActiveBundle } from './active-bundle.ts';
import { type BundleContent, bundleHash } from './bundle-content.ts';

/** A bundle that was compiled: what is judged by, what it was made of, and a policy set that can explain. */
export interface CompiledBundle extends ActiveBundle {
  readonly policy: ExplainedPolicySet;
  readonly content: BundleContent;
}

/** Caps on tools that do not exist would cap nothing; two of one tool would leave it open which holds. */
function capProblems(caps: readonly Cap[], tools: BundleContent['tools']): string[] {
  return caps.flatMap((cap, at) => [
    ...(tools.some(({ name }) => capsTool(cap, name)) ? [] : [`caps.yaml: caps.${at}: no tool is called ${cap.tool}`]),
    ...(caps.findIndex(({ tool }) => tool === cap.tool) === at
      ? []
      : [`caps.yaml: caps.${at}: ${cap.tool} has a cap before`]),
    ...(cap.count === undefined && cap.percent === undefined && cap.perHour === undefined
      ? [`caps.yaml: caps.${at}: ${cap.tool} is not capped in count, percent or perHour`]
      : []),
  ]);
}

/** Makes a bundle of what it consists of; or everything that is wrong with it. */
export function compileBundle(content: BundleContent): { bundle: CompiledBundle } | { problems: string[] } {
  const { name, policies, directory, targets, tools, caps } = content;
  const loaded = loadPolicies({ name, files: policies, directory, targets, tools });
  const problems = [...('problems' in loaded ? loaded.problems : []), ...capProblems(caps, tools)];
  if ('problems' in loaded || problems.length > 0) return { problems };
  return { bundle: { hash: bundleHash(content), policy: loaded.policy, directory, caps, content } };
}
