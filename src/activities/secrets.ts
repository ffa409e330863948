import { Failure } from '../domain/failure.ts';
import { JsonObject } from '../domain/json.ts';
import { secretVariable } from '../platform/configuration/worker-secrets.ts';

/** How an argument names a secret: `secret://db-password`, alone or inside a longer text. */
const REFERENCE = /secret:\/\/([\w./-]*\w)?/g;

/** A line that is shorter stands in other texts by chance. Characters. */
const SHORTEST_LINE = 16;

/** The secrets of one tools worker: put into what a tool is handed, and taken out of everything that comes back. */
export interface Secrets {
  /**
   * Arguments with the value in the place of each `secret://name`; the given ones are left as they are.
   * @throws Failure `stop.not-found` that names the secret this worker does not have.
   */
  resolve(args: JsonObject): JsonObject;
  /** The first reference in these arguments, if there is one. */
  referenceIn(args: JsonObject): string | undefined;
  /** Text without any of the values, whole or encoded as texts carry them. */
  hide(text: string): string;
  /** The same for every string and key in a plain value. */
  hideIn<T>(value: T): T;
}

/** A value as texts carry it: plain, escaped for JSON, in an address, in base64, and line by line. Longest first. */
function formsOf(value: string): string[] {
  const lines = value.includes('\n') ? value.split('\n').filter((line) => line.trim().length >= SHORTEST_LINE) : [];
  const bytes = Buffer.from(value);
  const forms = [
    value,
    ...lines.map((line) => line.trim()),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ];
  return [...new Set(forms)];
}

/** The same value with every string in it changed, and every key by `keys`. */
function mapped(value: unknown, change: (text: string) => string, keys: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapped(one, change, keys));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [keys(key), mapped(one, change, keys)]));
}

/** By the variable that holds each, as the configuration read them. */
export function createSecrets(values: ReadonlyMap<string, string>): Secrets {
  const forms = [...values]
    .flatMap(([variable, value]) => formsOf(value).map((form) => ({ form, variable })))
    .toSorted((a, b) => b.form.length - a.form.length);
  const valueOf = (reference: string, name: string | undefined): string => {
    if (name === undefined) throw new Failure('stop.invalid-input', `"${reference}" names no secret: secret://<name>`);
    const value = values.get(secretVariable(name));
    if (value !== undefined) return value;
    throw new Failure(
      'stop.not-found',
      `This worker has no secret "${name}"; give it one as ${secretVariable(name)} or ${secretVariable(name)}_FILE.`,
    );
  };
  const hide = (text: string): string =>
    forms.reduce((left, { form, variable }) => left.replaceAll(form, `[redacted: ${variable}]`), text);
  return {
    resolve: (args) => JsonObject.parse(mapped(args, (text) => text.replaceAll(REFERENCE, valueOf), String)),
    referenceIn: (args) => JSON.stringify(args).match(REFERENCE)?.[0],
    hide,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- strings stay strings, and nothing else changes
    hideIn: <T>(value: T) => (forms.length === 0 ? value : (mapped(value, hide, hide) as T)),
  };
}

/** A worker that was given none. */
export const NO_SECRETS = createSecrets(new Map());
