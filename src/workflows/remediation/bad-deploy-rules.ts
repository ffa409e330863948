import type { JsonObject } from '../../domain/json.ts';
import type { Plan, ProposedOption } from '../../domain/plan.ts';
import type { Findings } from './bad-deploy-findings.ts';
import type { BadDeployInput } from './bad-deploy-input.ts';
import { numberOf, percent } from './error-ratio.ts';
import { revertByHand } from './revert-by-hand.ts';

const WRITES = ['kubernetes.rollout_undo', 'kubernetes.rollout_restart', 'kubernetes.scale'];

/** Something else reverts live changes: then only its own way lasts. */
const isOwned = ({ workload }: Findings): boolean => workload.facts.owner !== null && !workload.facts.owner.paused;

/** Why an action, whoever proposed it, is not this runbook's to take; undefined when it is. */
export function admits(
  input: BadDeployInput,
  findings: Findings,
  action: { tool: string; args: JsonObject },
): string | undefined {
  if (!WRITES.includes(action.tool)) return `${action.tool} is not a remedy of this runbook`;
  const { namespace, name, kind = 'Deployment' } = action.args;
  if (namespace !== input.namespace || name !== input.name || kind !== input.kind)
    return `it is about another workload than ${input.name} in ${input.namespace}`;
  const { owner } = findings.workload.facts;
  return owner && isOwned(findings) ? `${owner.kind} (${owner.name}) owns the workload and would revert it` : undefined;
}

const WATCH: ProposedOption = {
  id: 'watch',
  title: 'Do nothing and watch',
  why: 'Changes nothing; the verification still runs.',
  actions: [],
  manual: null,
};

/** The newest earlier revision that is not the version running now. */
function previousOf({ history, workload }: Findings) {
  const { revision, templateHash } = workload.facts;
  return history.facts.revisions.find(
    (entry) => revision !== null && entry.revision < revision && entry.templateHash !== templateHash,
  );
}

function optionsFor(
  input: BadDeployInput,
  findings: Findings,
  previous: NonNullable<ReturnType<typeof previousOf>>,
): ProposedOption[] {
  const workload = { namespace: input.namespace, kind: input.kind, name: input.name };
  if (isOwned(findings)) return [revertByHand(input, findings, previous.revision), WATCH];
  return [
    {
      id: 'undo-rollout',
      title: `Roll back to revision ${previous.revision}`,
      why: `Revision ${previous.revision} (${previous.images.join(', ')}) is what ran before.`,
      actions: [{ tool: 'kubernetes.rollout_undo', args: { ...workload, toRevision: previous.revision } }],
      manual: null,
    },
    {
      id: 'restart',
      title: 'Restart it as it is',
      why: 'Helps against a stuck process, not against a bad version.',
      actions: [{ tool: 'kubernetes.rollout_restart', args: workload }],
      manual: null,
    },
    WATCH,
  ];
}

/** What was read, in a sentence each, and whether it amounts to a failure. */
function symptoms(
  input: BadDeployInput,
  findings: Findings,
): { broken: boolean; since: boolean; text: string[]; ratio: number | null } {
  const { desired, ready } = findings.workload.facts;
  const ratio = numberOf(findings.errors.facts);
  const before = numberOf(findings.errorsBefore?.facts);
  const failing = ratio !== null && ratio > input.maxErrorRatio;
  // Fewer than asked for may be a rollout under way; with warnings, or with none at all, it is a failure.
  const unready = ready < desired && (ready === 0 || (findings.events.facts?.warnings ?? 0) > 0);
  const text = [
    ratio === null
      ? 'No request was measured in the window.'
      : `${percent(ratio)} of requests fail${before === null ? '' : `, ${percent(before)} did before the rollout`}.`,
    `${ready} of ${desired} replicas are ready.`,
  ];
  const crashed = findings.previousLogs.facts?.logs.find((log) => log.lines > 0);
  if (crashed) text.push(`${crashed.pod} crashed; its previous log is in the evidence.`);
  // Errors that were there before the rollout are not its doing, and a rollback would not end them.
  const asBefore = ratio !== null && before !== null && ratio <= before + input.maxErrorRatio / 2;
  return { broken: failing || unready, since: unready || !asBefore, text, ratio };
}

/** `2026-11-21 12:07 UTC`: as people read it. */
const minute = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;

/** The runbook's own plan: no model, only these rules. */
export function proposeFor(input: BadDeployInput, findings: Findings): Plan {
  const evidence = Object.values(findings).flatMap((gathered) => gathered?.evidence?.id ?? []);
  const { broken, since, text, ratio } = symptoms(input, findings);
  const seen = text.join(' ');
  const { revision, images, rolledOutAt } = findings.workload.facts;
  if (!broken) {
    const { ready, desired } = findings.workload.facts;
    // Ready replicas alone prove nothing: a version can be up and fail every request. Missing ones are not health either.
    if (ratio === null || ready < desired) {
      const diagnosis = `Nothing shows that ${input.name} fails, and not enough shows that it works. ${seen}`;
      return { conclusion: 'unknown', diagnosis, confidence: 'low', evidence, options: [] };
    }
    const diagnosis = `${input.name} in ${input.namespace} looks healthy. ${seen}`;
    return { conclusion: 'nothing-wrong', diagnosis, confidence: 'high', evidence, options: [] };
  }
  if (!since)
    return {
      conclusion: 'unknown',
      diagnosis: `${input.name} fails, and did so before its last rollout: rolling back would not help. ${seen}`,
      confidence: 'medium',
      evidence,
      options: [],
    };
  const previous = previousOf(findings);
  if (!previous)
    return {
      conclusion: 'unknown',
      diagnosis: `${input.name} fails, but there is no earlier version to go back to. ${seen}`,
      confidence: 'low',
      evidence,
      options: [],
    };
  const rollout = `Revision ${revision} (${images.join(', ')}) ${rolledOutAt ? `was rolled out at ${minute(rolledOutAt)}` : 'is what runs now'}`;
  const before = numberOf(findings.errorsBefore?.facts);
  const turned = ratio !== null && before !== null && ratio > before + input.maxErrorRatio / 2;
  return {
    conclusion: 'act',
    diagnosis: `${rollout}${before === null ? ` and ${input.name} fails` : ` and ${input.name} fails since`}. ${seen}`,
    confidence: turned ? 'high' : 'medium',
    evidence,
    options: optionsFor(input, findings, previous),
  };
}
