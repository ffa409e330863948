import { deedText } from '../../domain/batch-text.ts';
import { isOwnKind } from '../../domain/gate.ts';
import { firstOption } from '../decide.ts';
import type { GateView } from '../views.ts';

/** What an approval asks, in one line: what its option does, or the authority's own question; never a runbook's title. */
export function subjectOf(gate: GateView): string {
  if (isOwnKind(gate.kind)) return gate.plan?.diagnosis ?? gate.title ?? '';
  const batch = firstOption(gate)?.batch;
  if (batch) return deedText(batch);
  const sentences = firstOption(gate)?.actions.flatMap(({ sentence }) => sentence ?? []) ?? [];
  if (sentences.length > 0) return sentences.join('; ');
  return firstOption(gate)?.title ?? gate.title ?? '';
}
