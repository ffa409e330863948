import { z } from 'zod';
import { Scope, scopeOf } from '../../domain/halt.ts';
import { HttpProblem } from '../../platform/http/problem.ts';

/** What a halt or a freeze is to cover: an object, or as people type it. */
export const ScopeBody = z.union([Scope, z.string().max(520)]).default({ kind: 'all' });

/** @throws HttpProblem 422 for text that is no scope. */
export function readScope(given: Scope | string): Scope {
  const scope = typeof given === 'string' ? scopeOf(given) : given;
  if (scope) return scope;
  const message = 'is no scope; it is all, runbook:<name>, tool:<name> or target:<lock key>';
  throw new HttpProblem(422, `scope: ${message}`, { errors: [{ field: 'scope', message }] });
}

/** @throws HttpProblem 422 that names every field. */
export function refuseInvalid(problems: readonly { field: string; message: string }[]): never {
  const detail = problems.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new HttpProblem(422, detail, { errors: [...problems] });
}
