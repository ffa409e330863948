import type { PreviewedAction } from '../../domain/action.ts';
import type { Requirement } from '../../domain/gate.ts';

/** What policy says of an action: run it unasked, ask people first, or never. */
export type Judgement =
  | { say: 'run' }
  | { say: 'gate'; requirement: Requirement }
  | { say: 'forbid'; rule: string; message: string };

/** Judges actions. Deterministic; an error inside counts as `forbid` and names the rule. */
export interface PolicySet {
  readonly name: string;
  judge(action: Pick<PreviewedAction, 'risk' | 'reversible' | 'tool' | 'target' | 'owner'>): Judgement;
  /** What is asked for an option without actions: somebody must still choose to do nothing. */
  readonly choice: Requirement;
}
