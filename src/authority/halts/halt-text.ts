import { scopeText } from '../../domain/halt.ts';
import type { Person } from '../../domain/person.ts';
import type { HaltRow } from './halt-standing.ts';

/** `tool kubernetes.scale halted by ann: it misbehaves (h-3f9k2a)`: who and why, for every screen and every refusal. */
export const haltText = ({
  id,
  scope,
  by,
  reason,
}: Pick<HaltRow, 'id' | 'scope' | 'reason'> & { by: Pick<Person, 'name'> }) =>
  `${scopeText(scope)} halted by ${by.name}: ${reason} (${id})`;
