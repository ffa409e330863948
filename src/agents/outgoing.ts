import { JsonObject } from '../domain/json.ts';
import { mapStrings } from './clean-json.ts';

/** Takes secrets out of a text. */
export type Redact = (text: string) => string | Promise<string>;

/** A redaction that leaves evidence ids alone: 64 random-looking digits are what redactions look for. */
export function keepingIds(redact: Redact): (text: string) => Promise<string> {
  return async (text) => {
    const parts = text.split(/(blob:[0-9a-f]{64}\b)/);
    return (await Promise.all(parts.map(async (part, index) => (index % 2 === 1 ? part : redact(part))))).join('');
  };
}

/** A tool call's arguments with every string redacted; what was asked for and carried out stays as it is. */
export async function redactArgs(args: JsonObject, redact: Redact): Promise<JsonObject> {
  const texts = new Set<string>();
  mapStrings(args, (text) => (texts.add(text), text));
  const clean = new Map<string, string>();
  for (const text of texts) clean.set(text, await redact(text));
  return JsonObject.parse(mapStrings(args, (text) => clean.get(text) ?? text));
}
