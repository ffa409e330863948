import { readFileSync } from 'node:fs';
import { closest } from 'fastest-levenshtein';
import { codeOf } from '../problem.ts';
import { isHookVariable } from './hook-proof.ts';
import { VARIABLES, type Variable } from './variables.ts';
import { isSecretVariable } from './worker-secrets.ts';

/** For the project's own tests, which start Belay with their environment. */
const OF_TESTS = /^BELAY_(TEST_\w+|REQUIRE_PARTS)$/;

const KNOWN: readonly Variable[] = VARIABLES;

/**
 * The variables Belay reads, `X_FILE` already replaced by the content of the file it names (a trailing newline is not
 * part of a secret). Set and empty counts as unset, except where empty means something: approvers, hook proofs, secrets.
 * Unknown `BELAY_*` names, unreadable files and values given twice are problems.
 */
export function readVariables(env: NodeJS.ProcessEnv, problem: (text: string) => void): Record<string, string> {
  const values: Record<string, string> = {};
  const isNamedFreely = (name: string): boolean => isHookVariable(name) || isSecretVariable(name);
  const keepsEmpty = (name: string): boolean => name === 'BELAY_APPROVERS' || isNamedFreely(name);
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (KNOWN.some((variable) => variable.name === name) || isNamedFreely(name)) {
      if (value.trim() !== '' || keepsEmpty(name)) values[name] = value.trim();
      continue;
    }
    const of = name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : undefined;
    const takesFile = of !== undefined && (isNamedFreely(of) || KNOWN.some((v) => v.name === of && v.file !== true));
    if (of !== undefined && takesFile) {
      if (value.trim() === '') continue;
      if ((env[of] ?? '').trim() !== '') problem(`${of} and ${name} are both set; keep one`);
      else readInto(values, of, name, value.trim(), problem);
      continue;
    }
    if (name.startsWith('BELAY_') && !OF_TESTS.test(name)) {
      const nearest = closest(name, [...KNOWN.map((variable) => variable.name), 'BELAY_HOOK_ALERTMANAGER_SECRET']);
      problem(`${name} is not a variable of Belay; did you mean ${nearest}?`);
    }
  }
  return values;
}

function readInto(
  values: Record<string, string>,
  name: string,
  fileVariable: string,
  path: string,
  problem: (text: string) => void,
): void {
  try {
    const content = readFileSync(path, 'utf8').trim();
    if (content === '') problem(`${fileVariable}: ${path} is empty; put the value of ${name} in it`);
    else values[name] = content;
  } catch (error) {
    problem(`${fileVariable}: ${path} cannot be read (${codeOf(error)})`);
  }
}
