import { z } from 'zod';
import type { Manifest, RunbookEntry } from '../domain/manifest.ts';
import { invalid } from './lined-yaml.ts';
import type { Route, RouteTable } from './routes.ts';

/** The part of a runbook's JSON Schema that a route can be held against. */
const ObjectSchema = z.object({
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  required: z.array(z.string()).default([]),
  additionalProperties: z.unknown(),
});

/**
 * Holds a route table against the runbooks that exist, at start rather than at three in the morning.
 * @throws Failure stop.invalid-input with every problem, each with its line
 */
export function checkRoutes(table: RouteTable, manifest: Manifest): void {
  const problems = table.routes.flatMap((route) =>
    problemsOf(route, manifest).map((problem) => `${table.file}:${route.line}: ${problem}`),
  );
  if (problems.length > 0) throw invalid(problems);
}

function problemsOf(route: Route, manifest: Manifest): string[] {
  const runbook = manifest.runbooks.find(({ name }) => name === route.runbook);
  if (!runbook) {
    const known = manifest.runbooks.map(({ name }) => name).join(', ') || 'none';
    return [`there is no runbook "${route.runbook}"; known are ${known}`];
  }
  return inputProblems(route, runbook);
}

function inputProblems(route: Route, runbook: RunbookEntry): string[] {
  const schema = ObjectSchema.safeParse(runbook.inputSchema).data;
  if (!schema) return [];
  const problems: string[] = [];
  for (const [field, value] of Object.entries(route.input)) {
    const property = Object.hasOwn(schema.properties, field) ? schema.properties[field] : undefined;
    if (!property) {
      if (schema.additionalProperties === false)
        problems.push(`input.${field}: ${runbook.name} has no such field; it has ${fieldsOf(schema)}`);
      continue;
    }
    const result = z.fromJSONSchema(property).safeParse(value);
    if (!result.success) problems.push(`input.${field}: ${result.error.issues[0]?.message ?? 'is not valid'}`);
  }
  const given = new Set([...Object.keys(route.input), ...Object.keys(runbook.fromAlert ?? {})]);
  for (const field of schema.required)
    if (!given.has(field) && schema.properties[field]?.['default'] === undefined)
      problems.push(`input.${field}: ${runbook.name} needs it, and neither the alert's labels nor this route give it`);
  return problems;
}

const fieldsOf = (schema: { properties: object }): string => Object.keys(schema.properties).join(', ') || 'none';
