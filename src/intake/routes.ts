import { readFileSync } from 'node:fs';
import { type Document, LineCounter, isNode, parseDocument } from 'yaml';
import { z } from 'zod';
import type { AlertRoute } from '../authority/doors.ts';
import type { Alert } from '../domain/alert.ts';
import { Failure } from '../domain/failure.ts';
import { JsonObject } from '../domain/json.ts';
import { RunMode } from '../domain/run.ts';
import { matchesGlob } from './glob.ts';

const Route = z.strictObject({
  match: z
    .record(z.string().min(1), z.string('must be a string: put numbers and true/false in quotes').min(1).max(300))
    .refine((match) => Object.keys(match).length > 0, 'names no label; write alertname: "*" to take every alert'),
  runbook: z.string().min(1),
  mode: RunMode.default('observe'),
  input: JsonObject.default({}),
});
const RouteFile = z.strictObject({ routes: z.array(Route) });

/** One entry of a route file, and where it stands in it. */
export type Route = z.output<typeof Route> & { readonly line: number };

/** Which alerts start which runbook; the first match wins. `file` is for messages. */
export interface RouteTable {
  readonly file: string;
  readonly routes: readonly Route[];
}

/** Plenty for any team; a larger file is not a route file. Characters. */
const MAX_LENGTH = 256 * 1024;

/** The routes that ship: the sandbox's own alert, and well-known Kubernetes alerts to watch. */
export const DEFAULT_ROUTES = new URL('default-routes.yaml', import.meta.url);

/** Reads a route file from disk. @throws Failure stop.invalid-input with all problems */
export function readRoutes(file: string | URL): RouteTable {
  const name = typeof file === 'string' ? file : (file.pathname.split('/').at(-1) ?? 'routes');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure('stop.invalid-input', `${name}: it cannot be read`, { cause: error });
  }
  return parseRoutes(text, name);
}

/** Parses a route file. @throws Failure stop.invalid-input with every problem, each with its line */
export function parseRoutes(text: string, file: string): RouteTable {
  if (text.length > MAX_LENGTH) throw invalid([`${file}: larger than ${MAX_LENGTH} characters`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true, stringKeys: true });
  const broken = [...document.errors, ...document.warnings].map(
    ({ pos, message }) =>
      `${file}:${lines.linePos(pos[0]).line}: ${message.split('\n')[0]?.replace(/ at line .*$/, '')}`,
  );
  if (broken.length > 0) throw invalid(broken);
  const parsed = RouteFile.safeParse(withoutAliases(document, file));
  if (!parsed.success)
    throw invalid(
      parsed.error.issues.map(
        ({ path, message }) => `${file}:${lineOf(document, lines, path)}: ${path.join('.') || 'the file'}: ${message}`,
      ),
    );
  return {
    file,
    routes: parsed.data.routes.map((route, at) => ({ ...route, line: lineOf(document, lines, ['routes', at]) })),
  };
}

/** The route of an alert: the first whose every label matches; undefined when none does. */
export function routeFor(table: RouteTable, alert: Alert): AlertRoute | undefined {
  const route = table.routes.find(({ match }) =>
    Object.entries(match).every(([label, pattern]) => {
      const value = Object.hasOwn(alert.labels, label) ? alert.labels[label] : undefined;
      return value !== undefined && matchesGlob(pattern, value);
    }),
  );
  return route && { runbook: route.runbook, mode: route.mode, input: route.input };
}

/** Anchors and aliases are how a small YAML file becomes a huge one; a route file has no use for them. */
function withoutAliases(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw invalid([`${file}: aliases (*name) are not taken`]);
  }
}

function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const node: unknown = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

export const invalid = (problems: readonly string[]): Failure => new Failure('stop.invalid-input', problems.join('\n'));
