import ms from 'ms';
import { z } from 'zod';
import { digestOf } from '../domain/digest.ts';
import { JsonObject } from '../domain/json.ts';
import { ToolEntry } from '../domain/manifest.ts';
import { systemOf } from '../domain/queue.ts';
import type { AnySystem } from '../sdk/define-system.ts';
import type { AnyTool } from '../sdk/define-tool.ts';

/** All tools of a process, by name. */
export interface Registry {
  readonly systems: readonly AnySystem[];
  readonly tools: readonly AnyTool[];
  /** The tool of that name; undefined for a name nobody registered. */
  tool(name: string): AnyTool | undefined;
  /** The system of that name; undefined for a name nobody registered. */
  system(name: string): AnySystem | undefined;
  /** What the manifest says of each tool, sorted by name. */
  entries(): ToolEntry[];
}

/** Builds the registry. Throws one error that lists every problem, so that an author sees them all at once. */
export function buildRegistry(systems: readonly AnySystem[]): Registry {
  const tools = new Map<string, AnyTool>();
  const byName = new Map<string, AnySystem>();
  const problems: string[] = [];
  for (const system of systems) {
    if (!/^[a-z][a-z0-9]*$/.test(system.name))
      problems.push(`system "${system.name}": a name is lower-case letters and digits`);
    if (byName.has(system.name)) problems.push(`system "${system.name}" is there twice`);
    byName.set(system.name, system);
    for (const tool of system.tools) {
      if (tools.has(tool.name)) problems.push(`${tool.name} is there twice`);
      tools.set(tool.name, tool);
      problems.push(...problemsOf(tool, system.name).map((problem) => `${tool.name}: ${problem}`));
    }
  }
  if (problems.length > 0)
    throw new Error(`These tools cannot be used:\n${problems.map((line) => `  ${line}`).join('\n')}`);
  return {
    systems,
    tools: [...tools.values()],
    tool: (name) => tools.get(name),
    system: (name) => byName.get(name),
    entries: () => [...tools.values()].map(toolEntry).sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** What everybody but its worker knows of a tool. The schema hash is part of every action's digest. */
export function toolEntry(tool: AnyTool): ToolEntry {
  const inputSchema = inputSchemaOf(tool);
  const { name, title, description, risk } = tool;
  // A read changes nothing: there is nothing to take back, and doing it again does no harm.
  const { reversible, safeToRepeat } =
    tool.risk === 'read' ? ({ reversible: 'yes', safeToRepeat: 'idempotency-key' } as const) : tool;
  const schemaHash = digestOf(inputSchema);
  return {
    name,
    title,
    description,
    risk,
    reversible,
    safeToRepeat,
    timeoutMs: ms(tool.timeout),
    inputSchema,
    schemaHash,
  };
}

/** What a caller may write, as JSON Schema: fields with a default are optional. */
const inputSchemaOf = (tool: AnyTool): JsonObject => JsonObject.parse(z.toJSONSchema(tool.input, { io: 'input' }));

function problemsOf(tool: AnyTool, system: string): string[] {
  const problems: string[] = [];
  if (!ToolEntry.shape.name.safeParse(tool.name).success)
    problems.push('a name is <system>.<tool> in lower-case letters, digits and "_"');
  else if (systemOf(tool.name) !== system)
    problems.push(`it belongs to system "${system}" and must be named ${system}.…`);
  if (tool.title.trim() === '' || tool.description.trim() === '')
    problems.push('title and description must say something');
  const timeout: number | undefined = ms(tool.timeout);
  if (timeout === undefined || !(timeout > 0)) problems.push(`timeout "${tool.timeout}" is no duration like 10s or 2m`);
  if (tool.risk !== 'read') {
    if (tool.reversible === 'no' && tool.undo !== undefined)
      problems.push('it is declared irreversible and yet has an undo');
    if (tool.reversible !== 'no' && tool.undo === undefined)
      problems.push(`it is declared reversible (${tool.reversible}) and has no undo`);
  }
  try {
    const loose = looseObjects(inputSchemaOf(tool), 'input');
    problems.push(
      ...loose.map((path) => `${path} must be a strict object (z.strictObject), so that no unknown field passes`),
    );
  } catch (error) {
    problems.push(`its input has no JSON Schema: ${error instanceof Error ? error.message : String(error)}`);
  }
  return problems;
}

/** Paths of objects that let unknown fields through; the root must be an object. A record (`additionalProperties` with a schema) is fine below it. */
function looseObjects(schema: unknown, path: string): string[] {
  const root = path === 'input';
  if (typeof schema !== 'object' || schema === null) return root ? [path] : [];
  const node = new Map<string, unknown>(Object.entries(schema));
  const isObject = node.get('type') === 'object';
  const extra = node.get('additionalProperties');
  const strict = extra === false || (!root && typeof extra === 'object' && extra !== null && !node.has('properties'));
  const found = (isObject && !strict) || (root && !isObject) ? [path] : [];
  for (const [key, child] of node) {
    if (key === 'properties' && typeof child === 'object' && child !== null)
      for (const [name, property] of Object.entries(child)) found.push(...looseObjects(property, `${path}.${name}`));
    else if (Array.isArray(child)) for (const item of child) found.push(...looseObjects(item, `${path}[]`));
    else if (key === 'items') found.push(...looseObjects(child, `${path}[]`));
  }
  return found;
}
