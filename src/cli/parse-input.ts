import { CliError } from '../platform/problem.ts';

/**
 * `key=value` pairs as an object. A value that is JSON other than a string (a number, true, a list) is taken as that;
 * all else is text, and `key="3"` is the text 3. @throws CliError (exit 2) for a pair without a key or given twice.
 */
export function parseInput(pairs: readonly string[]): Record<string, unknown> {
  const input = new Map<string, unknown>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new CliError(`"${pair}" is not an input; give it as key=value.`, 2);
    const key = pair.slice(0, at);
    if (input.has(key)) throw new CliError(`The input ${key} is given twice.`, 2);
    input.set(key, valueOf(pair.slice(at + 1)));
  }
  return Object.fromEntries(input);
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
