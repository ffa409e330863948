import { closest } from 'fastest-levenshtein';
import type { Scope } from '../../domain/halt.ts';
import type { Manifest } from '../../domain/manifest.ts';

/** What is wrong with a scope: a halt of a name that nothing has would stop nothing, and nobody would notice. */
export function scopeProblem(manifest: Manifest, scope: Scope): { field: string; message: string }[] {
  if (scope.kind !== 'runbook' && scope.kind !== 'tool') return [];
  const known = (scope.kind === 'tool' ? manifest.tools : manifest.runbooks).map(({ name }) => name);
  if (known.includes(scope.value)) return [];
  const near = known.length === 0 ? '' : `; did you mean ${closest(scope.value, known)}?`;
  return [{ field: 'scope', message: `there is no ${scope.kind} "${scope.value}"${near}` }];
}
