import { z } from 'zod';
import type { AlertRoute } from '../authority/doors.ts';
import type { Alert } from '../domain/alert.ts';
import { JsonObject } from '../domain/json.ts';
import { RunMode } from '../domain/run.ts';
import { matchesGlob } from './glob.ts';
import { nameOfFile, parseLined, readText } from './lined-yaml.ts';

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

/** The routes that ship: the sandbox's own alert, and well-known Kubernetes alerts to watch. */
export const DEFAULT_ROUTES = new URL('default-routes.yaml', import.meta.url);

/** Reads a route file from disk. @throws Failure stop.invalid-input with all problems */
export function readRoutes(file: string | URL): RouteTable {
  const name = nameOfFile(file);
  return parseRoutes(readText(file, name), name);
}

/** Parses a route file. @throws Failure stop.invalid-input with every problem, each with its line */
export function parseRoutes(text: string, file: string): RouteTable {
  const { value, lineOf } = parseLined(text, file, RouteFile);
  return { file, routes: value.routes.map((route, at) => ({ ...route, line: lineOf(['routes', at]) })) };
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
