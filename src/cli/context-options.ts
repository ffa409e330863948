import { z } from 'zod';
import { PolicyCase } from '../authority/policy/policy-case.ts';
import { CliError } from '../platform/problem.ts';

const YES_NO = z.enum(['true', 'false']).transform((text) => text === 'true');
const NUMBER = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number);
const TEXT = z.string();

/** How each circumstance is given on a command line; the rest are text. */
const READ: Readonly<Record<string, z.ZodType>> = {
  dryRun: YES_NO,
  stepUpPossible: YES_NO,
  'incident.open': YES_NO,
  'blastRadius.count': NUMBER,
  'blastRadius.percent': NUMBER,
  freezes: TEXT.transform((text) => text.split(',').filter((name) => name !== '')),
};

const bad = (option: string, why: string): never => {
  throw new CliError(`${option}: ${why}`, 2);
};

/** `key=value` options as pairs. @throws CliError (exit 2). */
export const pairsOf = (option: string, given: readonly string[]): [string, string][] =>
  given.map((text) => {
    const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? bad(`${option} ${text}`, 'give it as key=value');
    return [key ?? '', value ?? ''];
  });

/** Circumstances of a case from `--context` options: `risk=write`, `incident.open=true`. @throws CliError (exit 2). */
export function contextOf(given: readonly string[]): PolicyCase['context'] {
  const context: Record<string, unknown> = {};
  for (const [key, text] of pairsOf('--context', given)) {
    const read = (READ[key] ?? TEXT).safeParse(text);
    if (!read.success) bad(`--context ${key}`, `"${text}" is not valid`);
    const [outer = key, inner] = key.split('.');
    const part = context[outer];
    context[outer] =
      inner === undefined ? read.data : { ...(typeof part === 'object' ? part : {}), [inner]: read.data };
  }
  const parsed = PolicyCase.shape.context.safeParse(context);
  if (parsed.success) return parsed.data;
  return bad('--context', parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}
