import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { ToolEntry } from '../../src/domain/manifest.ts';
import { defineSystem } from '../../src/sdk/define-system.ts';
import { defineTool } from '../../src/sdk/define-tool.ts';
import { systems } from '../../src/tools/catalog.ts';
import { buildRegistry, toolEntry } from '../../src/tools/registry.ts';

const refuse = async () => Promise.reject(new Error('never called'));
const look = defineTool({
  name: 'door.look',
  title: 'Look',
  description: 'Looks at a door.',
  risk: 'read',
  input: z.strictObject({ room: z.string() }),
  facts: z.object({ open: z.boolean() }),
  timeout: '10s',
  read: refuse,
});
const shut = defineTool({
  name: 'door.shut',
  title: 'Shut',
  description: 'Shuts a door.',
  risk: 'write',
  reversible: 'yes',
  safeToRepeat: 'no',
  input: z.strictObject({ room: z.string() }),
  timeout: '1m',
  preview: refuse,
  observe: refuse,
  execute: refuse,
  reconcile: refuse,
  undo: { stillOurs: refuse, execute: refuse, reconcile: refuse },
});
const { undo: _, ...shutForGood } = shut;
const door = (...tools: Parameters<typeof defineSystem>[0]['tools'][number][]) =>
  defineSystem({ name: 'door', settings: z.strictObject({}), connect: () => ({}), tools });

test('every shipped tool has an entry that the manifest accepts, named after its system', () => {
  const registry = buildRegistry(systems);
  const entries = registry.entries();
  expect(entries.length).toBeGreaterThanOrEqual(14);
  for (const entry of entries) {
    expect(ToolEntry.parse(entry)).toEqual(entry);
    expect(registry.tool(entry.name)?.name).toBe(entry.name);
    expect(registry.system(entry.name.split('.')[0] ?? '')).toBeDefined();
    expect(entry.inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
  }
  expect(entries.filter(({ risk }) => risk !== 'read').map(({ name }) => name)).toEqual([
    'aws.s3_block_public_access',
    'aws.snapshot_and_delete_volume',
    'aws.tag',
    'kubernetes.rollout_restart',
    'kubernetes.rollout_undo',
    'kubernetes.scale',
  ]);
});

test('every shipped tool refuses a field that it does not know', () => {
  for (const tool of buildRegistry(systems).tools) {
    const result: z.ZodSafeParseResult<unknown> = tool.input.safeParse({ surprise: 1 });
    expect([tool.name, result.error?.issues.some(({ code }) => code === 'unrecognized_keys')]).toEqual([
      tool.name,
      true,
    ]);
  }
});

test('the schema hash changes with the schema and with nothing else', () => {
  const entry = toolEntry(shut);
  expect(toolEntry({ ...shut, title: 'Close', timeout: '2m' }).schemaHash).toBe(entry.schemaHash);
  expect(toolEntry({ ...shut, input: z.strictObject({ room: z.string().max(5) }) }).schemaHash).not.toBe(
    entry.schemaHash,
  );
  expect(entry.timeoutMs).toBe(60_000);
});

test('all problems come in one message', () => {
  const build = () =>
    buildRegistry([
      door(look, look, { ...look, name: 'window.look' }, { ...look, name: 'door.Look' }),
      door(
        shutForGood,
        { ...shut, name: 'door.nail', reversible: 'no' },
        { ...look, name: 'door.peek', input: z.object({ room: z.string() }) },
        { ...look, name: 'door.spy', input: z.strictObject({ where: z.object({ room: z.string() }) }) },
        { ...look, name: 'door.knock', input: z.string() },
        { ...look, name: 'door.wait', timeout: '0s', description: ' ' },
        { ...look, name: 'door.date', input: z.strictObject({ at: z.date() }) },
      ),
    ]);
  for (const problem of [
    'system "door" is there twice',
    'door.look is there twice',
    'window.look: it belongs to system "door"',
    'door.Look: a name is',
    'door.shut: it is declared reversible (yes) and has no undo',
    'door.nail: it is declared irreversible and yet has an undo',
    'door.peek: input must be a strict object',
    'door.spy: input.where must be a strict object',
    'door.knock: input must be a strict object',
    'door.wait: timeout "0s"',
    'door.wait: title and description',
    'door.date: its input has no JSON Schema',
  ])
    expect(build).toThrow(problem);
});

test('an unknown name gives nothing', () => {
  expect(buildRegistry([door(look)]).tool('door.open')).toBeUndefined();
});
