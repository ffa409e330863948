import { z } from 'zod';
import { Json, type JsonObject } from './json.ts';

/** One argument of a tool as a form shows it: the modal in Slack, the page, the command line. */
export interface ArgumentField {
  readonly name: string;
  /** `json`: whatever a schema may say that no simple control can hold, as JSON text. `texts`: one a line. */
  readonly kind: 'text' | 'integer' | 'number' | 'boolean' | 'choice' | 'texts' | 'json';
  readonly required: boolean;
  readonly choices: readonly string[];
  /** What the argument is now, as the control holds it; empty where it is not given. */
  readonly text: string;
  readonly hint: string;
}

/** As much of JSON Schema as decides on a control. */
const Property = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  const: z.unknown().optional(),
  anyOf: z.unknown().optional(),
  items: z.looseObject({ type: z.string().optional(), enum: z.unknown().optional() }).optional(),
  description: z.string().optional(),
});
const Schema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
});

function kindOf(property: z.infer<typeof Property> | undefined): ArgumentField['kind'] {
  if (property === undefined || property.anyOf !== undefined || 'const' in property) return 'json';
  if (property.enum !== undefined) return 'choice';
  const { type, items } = property;
  if (type === 'string') return 'text';
  if (type === 'integer' || type === 'number' || type === 'boolean') return type;
  return type === 'array' && items?.type === 'string' && items.enum === undefined ? 'texts' : 'json';
}

function textOf(kind: ArgumentField['kind'], value: Json | undefined): string {
  if (value === undefined) return '';
  if (kind === 'texts' && Array.isArray(value)) return value.map(String).join('\n');
  return kind === 'json' || typeof value !== 'string' ? JSON.stringify(value) : value;
}

/** Whether a control can hold a value. One that cannot be (a line break inside a list of lines) is edited as JSON. */
function fits(kind: ArgumentField['kind'], value: Json | undefined): boolean {
  if (value === undefined || kind === 'json') return true;
  if (kind === 'texts')
    return (
      Array.isArray(value) &&
      value.every((one) => typeof one === 'string' && one !== '' && one === one.trim() && !/[\r\n]/.test(one))
    );
  return kind === 'text' || kind === 'choice' ? typeof value === 'string' : typeof value !== 'string';
}

/** A form for a tool's arguments, by its JSON Schema, filled in with what they are now. */
export function argumentForm(schema: JsonObject, present: JsonObject): ArgumentField[] {
  const { properties, required } = Schema.parse(schema);
  return Object.entries(properties).map(([name, given]) => {
    const property = Property.safeParse(given).data;
    const value = Object.hasOwn(present, name) ? present[name] : undefined;
    const wanted = kindOf(property);
    const kind = fits(wanted, value) ? wanted : 'json';
    const choices = kind === 'choice' ? (property?.enum ?? []) : kind === 'boolean' ? ['true', 'false'] : [];
    const hint = property?.description ?? '';
    return { name, kind, required: required.includes(name), choices, text: textOf(kind, value), hint };
  });
}

/** What somebody typed or chose for an argument; `value` is absent where they left it empty. `problem` is for them. */
export function readArgument(
  { kind, choices, required }: Pick<ArgumentField, 'kind' | 'choices' | 'required'>,
  text: string,
): { value?: Json } | { problem: string } {
  if (kind === 'text') return text === '' && !required ? {} : { value: text };
  const given = text.trim();
  if (given === '') return required && kind === 'texts' ? { value: [] } : {};
  switch (kind) {
    case 'choice':
      return choices.includes(given) ? { value: given } : { problem: `is one of ${choices.join(', ')}` };
    case 'boolean':
      return given === 'true' || given === 'false' ? { value: given === 'true' } : { problem: 'is true or false' };
    case 'integer':
    case 'number': {
      const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(given) ? Number(given) : Number.NaN;
      if (!Number.isFinite(number)) return { problem: 'is no number' };
      return kind === 'integer' && !Number.isSafeInteger(number)
        ? { problem: 'is no whole number' }
        : { value: number };
    }
    case 'texts':
      return {
        value: given
          .split('\n')
          .map((one) => one.trim())
          .filter((one) => one !== ''),
      };
    case 'json': {
      try {
        const read = Json.safeParse(JSON.parse(given));
        if (read.success) return { value: read.data };
      } catch {
        // Said below.
      }
      return { problem: 'is not JSON; a text stands in "quotes"' };
    }
  }
}

/** The arguments after what was filled in, or each problem by field. What has no field stays as it was. */
export function readArguments(
  fields: readonly ArgumentField[],
  present: JsonObject,
  filled: ReadonlyMap<string, string>,
): { args: JsonObject } | { problems: Record<string, string> } {
  const args = new Map(Object.entries(present));
  const problems = new Map<string, string>();
  for (const field of fields) {
    // Untouched: exactly what it was, whatever the control makes of it.
    if (filled.get(field.name) === field.text) continue;
    const read = readArgument(field, filled.get(field.name) ?? '');
    if ('problem' in read) problems.set(field.name, read.problem);
    else if (read.value === undefined) args.delete(field.name);
    else args.set(field.name, read.value);
  }
  return problems.size > 0 ? { problems: Object.fromEntries(problems) } : { args: Object.fromEntries(args) };
}

/** The authority's words about refused arguments (`args.replicas must be integer; …`), by field; what names none is under ''. */
export function problemsByField(message: string): Record<string, string> {
  const found = new Map<string, string>();
  for (const part of message.split('; ')) {
    const [, name = '', said = part] = /^args\.([^\s.]+)\S*\s+([\s\S]*)$/.exec(part) ?? [];
    found.set(name, [found.get(name), said].filter((one) => one !== undefined).join('; '));
  }
  return Object.fromEntries(found);
}
