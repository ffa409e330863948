import { Json, type JsonObject } from '../../domain/json.ts';
import type { RunbookEntry } from '../../domain/manifest.ts';

export type ReadInput = { input: JsonObject; dryRun: boolean } | { problems: string[] };

/** `key=value` words as a runbook's input, typed as its schema says. What the values may be is checked by the authority. */
export function inputFromWords(words: readonly string[], runbook: RunbookEntry): ReadInput {
  const input: JsonObject = {};
  const problems: string[] = [];
  let dryRun = false;
  for (const word of words) {
    const at = word.indexOf('=');
    const key = word.slice(0, at);
    if (word === '--dry-run') dryRun = true;
    else if (word.startsWith('--')) problems.push(`there is no option ${word}; only --dry-run`);
    else if (at < 1) problems.push(`"${word}" is not key=value (put values with spaces into quotes: key="two words")`);
    else if (Object.hasOwn(input, key)) problems.push(`${key} is given twice`);
    else {
      const value = typedValue(word.slice(at + 1), typesOf(runbook, key));
      if (value === undefined) problems.push(`${key} must be ${typesOf(runbook, key).join(' or ')}`);
      else Object.defineProperty(input, key, { value, enumerable: true, configurable: true, writable: true });
    }
  }
  return problems.length > 0 ? { problems } : { input, dryRun };
}

/** The JSON types that the schema allows for a field; empty where it does not say. */
function typesOf(runbook: RunbookEntry, key: string): string[] {
  const properties = runbook.inputSchema['properties'];
  if (!isObject(properties) || !Object.hasOwn(properties, key)) return [];
  const field = properties[key];
  if (!isObject(field)) return [];
  const type = field['type'];
  return typeof type === 'string' ? [type] : Array.isArray(type) ? type.filter((one) => typeof one === 'string') : [];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Undefined: the text is none of the types. */
function typedValue(text: string, types: readonly string[]): JsonObject[string] | undefined {
  if (types.length === 0 || types.includes('string')) return text;
  if ((types.includes('integer') || types.includes('number')) && text.trim() !== '') {
    const number = Number(text);
    if (Number.isFinite(number) && (types.includes('number') || Number.isSafeInteger(number))) return number;
  }
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if (types.includes('null') && text === 'null') return null;
  if (types.includes('array') || types.includes('object')) {
    try {
      const value = Json.parse(JSON.parse(text));
      if (Array.isArray(value) ? types.includes('array') : isObject(value) && types.includes('object')) return value;
    } catch {
      if (types.includes('array')) return text.split(',').map((one) => one.trim());
    }
  }
  return undefined;
}
