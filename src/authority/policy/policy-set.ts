import type { PolicyRequest } from '../../domain/policy-request.ts';
import type { Requirement } from '../../domain/requirement.ts';
import type { OwnQuestion } from './own-questions.ts';

/** What policy says of an action: run it unasked, ask people first, or never. */
export type Judgement =
  | { say: 'run'; policies: readonly string[] }
  | { say: 'gate'; requirement: Requirement }
  | { say: 'forbid'; rule: string; message: string };

/** Judges actions. Deterministic and without I/O; an error inside counts as `forbid` and names the rule. */
export interface PolicySet {
  readonly name: string;
  judge(request: PolicyRequest): Judgement;
  /** What is asked for an option without actions: somebody must still choose to do nothing. Same as `own('choose')`. */
  readonly choice: Requirement;
  /** What is asked for the authority's own gates: `resume` after a halt, `settle` what is in doubt. */
  own(question: OwnQuestion): Requirement;
}
