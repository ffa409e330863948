/**
 * `belay/runbook`: what a runbook's file imports. Safe in Temporal's sandbox; a test bundles it alone and caps its size.
 * @module
 */
export { type AnyRunbook, defineRunbook, type Runbook } from './define-runbook.ts';
export { ConnectionName, Duration, waveFields, wavesOf } from './input-fields.ts';
export type {
  Chosen,
  Gathered,
  List,
  ManyResult,
  OnMany,
  Proposal,
  Read,
  RunContext,
  RunResult,
  Waves,
} from './run-context.ts';
export { Plan, ProposedOption, proposedByText } from '../domain/plan.ts';
export { Check, Verdict, verdictOf } from '../domain/verdict.ts';
