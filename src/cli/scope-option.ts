import { type Scope, scopeOf } from '../domain/halt.ts';
import { CliError } from '../platform/problem.ts';

export const SCOPE_HELP =
  'all, or runbook, tool or target with its name: --scope tool:kubernetes.scale, or --scope tool --name kubernetes.scale';

/** What `--scope` and `--name` say together. @throws CliError (exit 2) for what is no scope. */
export function scopeFrom({ scope, name }: { scope: string; name?: string }): Scope {
  const text = name === undefined ? scope : `${scope}:${name}`;
  const found = scopeOf(text);
  if (found) return found;
  if (['runbook', 'tool', 'target'].includes(scope))
    throw new CliError(`--scope ${scope} needs to know which: --scope ${scope}:<name>, or --name <name> beside it.`, 2);
  throw new CliError(`"${text}" is no scope; it is all, runbook:<name>, tool:<name> or target:<lock key>.`, 2);
}
