import { z } from 'zod';
import type { Manifest } from '../domain/manifest.ts';
import { Plan } from '../domain/plan.ts';
import { argsProblem } from './args-check.ts';
import { fromWireName } from './tool-name.ts';

/** What a plan is held against. */
export interface PlanContext {
  /** Ids of the evidence this run has read. */
  readonly evidence: readonly string[];
  readonly writeTools: readonly string[];
  readonly manifest: Manifest;
}

export type CheckedPlan = { readonly plan: Plan } | { readonly problem: string };

/**
 * Reads a model's answer as a plan. `problem` lists everything that is wrong, in words for the model.
 * This says that a plan is well-formed and honest about its evidence; whether it may be done is judged elsewhere.
 */
export function checkPlan(answer: unknown, context: PlanContext): CheckedPlan {
  const parsed = Plan.safeParse(answer);
  if (!parsed.success) return { problem: `The plan does not match its schema:\n${z.prettifyError(parsed.error)}` };
  const plan = withToolNames(parsed.data);
  const problems = [...conclusionProblems(plan), ...evidenceProblems(plan, context), ...optionProblems(plan, context)];
  return problems.length === 0
    ? { plan }
    : { problem: `The plan was refused:\n${problems.map((p) => `- ${p}`).join('\n')}` };
}

/** Models spell an action's tool the way they call functions; both spellings mean the same tool. */
function withToolNames(plan: Plan): Plan {
  const options = plan.options.map((option) => ({
    ...option,
    actions: option.actions.map((action) => ({ ...action, tool: fromWireName(action.tool) })),
  }));
  return { ...plan, evidence: [...new Set(plan.evidence)], options };
}

function conclusionProblems({ conclusion, options, evidence }: Plan): string[] {
  const problems: string[] = [];
  if (conclusion === 'act' && options.length === 0)
    problems.push('the conclusion is "act" but there is no option; give one, or conclude "nothing-wrong" or "unknown"');
  if (conclusion !== 'act' && options.length > 0)
    problems.push(`the conclusion is "${conclusion}", so options must be empty`);
  if (conclusion !== 'unknown' && evidence.length === 0)
    problems.push(`"${conclusion}" rests on no evidence; cite what you read, or conclude "unknown"`);
  return problems;
}

function evidenceProblems({ evidence }: Plan, context: PlanContext): string[] {
  const read = new Set(context.evidence);
  return evidence
    .filter((id) => !read.has(id))
    .map((id) => `evidence ${quote(id)} is not something this run has read; cite only ids that were shown to you`);
}

function optionProblems({ options }: Plan, { writeTools, manifest }: PlanContext): string[] {
  const problems: string[] = [];
  const ids = new Set<string>();
  for (const option of options) {
    if (ids.has(option.id)) problems.push(`option id ${quote(option.id)} is used twice`);
    ids.add(option.id);
    for (const [index, { tool, args }] of option.actions.entries()) {
      const where = `option ${quote(option.id)}, action ${index + 1}`;
      const entry = writeTools.includes(tool) ? manifest.tools.find(({ name }) => name === tool) : undefined;
      const allowed = writeTools.length === 0 ? 'this runbook allows none' : `allowed are ${writeTools.join(', ')}`;
      const wrong = entry && argsProblem(entry, args);
      if (!entry) problems.push(`${where}: ${quote(tool)} is not an action a plan may name; ${allowed}`);
      else if (wrong) problems.push(`${where}: arguments of ${tool}: ${wrong}`);
    }
  }
  return problems;
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 100));
