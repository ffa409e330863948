import { CliError } from '../platform/problem.ts';

const FINGERPRINT = /^[0-9a-f]{16,64}$/i;

/** Each `--key` adds one. */
export const collectKeys = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** @throws CliError (exit 2) for what is no fingerprint. */
export function checkedKeys(keys: readonly string[]): readonly string[] {
  const wrong = keys.find((key) => !FINGERPRINT.test(key));
  if (wrong !== undefined)
    throw new CliError(`--key ${wrong}: a fingerprint is 16 to 64 hex digits; \`belay doctor\` shows it.`, 2);
  return keys;
}
