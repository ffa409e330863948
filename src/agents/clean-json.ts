import type { Json } from '../domain/json.ts';
import { cleanText } from './clean-text.ts';

/** Deeper than any tool's arguments; our own recursion and Temporal's converters stay far from their limits. */
const MAX_DEPTH = 24;

/** `value` with every string and key passed through `text`; undefined when it is nested too deeply or is not JSON. */
export function mapStrings(value: unknown, text: (text: string) => string, depth = 0): Json | undefined {
  if (typeof value === 'string') return text(value);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || depth === MAX_DEPTH) return undefined;
  const mapped: [string, Json][] = [];
  for (const [key, item] of Object.entries(value)) {
    const result = mapStrings(item, text, depth + 1);
    if (result === undefined) return undefined;
    mapped.push([text(key), result]);
  }
  return Array.isArray(value) ? mapped.map(([, item]) => item) : Object.fromEntries(mapped);
}

/** Arguments that a model wrote, safe to store, hash and show; undefined when they are not bounded JSON. */
export const cleanJson = (value: unknown): Json | undefined => mapStrings(value, cleanText);
