import { type OwnQuestion, OWN_SYSTEM, ownTool } from './own-questions.ts';
import type { Policy } from './policy.ts';

const entityId = (uid: { id: string } | { __entity: { id: string } }): string =>
  '__entity' in uid ? uid.__entity.id : uid.id;

/** The tools and systems in a policy's scope; empty when it takes any. */
export function namedActions({ json: { action } }: Policy): string[] {
  if (action.op === 'All') return [];
  if ('entities' in action) return action.entities.map(entityId);
  return 'entity' in action ? [entityId(action.entity)] : [];
}

const isOwn = (name: string): boolean => name === OWN_SYSTEM || name.startsWith(`${OWN_SYSTEM}.`);

/** True when a policy's scope names one of the authority's own questions, or all of them. */
export const asksOwn = (policy: Policy, question: OwnQuestion): boolean =>
  namedActions(policy).some((name) => name === OWN_SYSTEM || name === ownTool(question));

/** True when it names them and tools too. */
export const mixesOwn = (policy: Policy): boolean =>
  namedActions(policy).some(isOwn) && !namedActions(policy).every(isOwn);
