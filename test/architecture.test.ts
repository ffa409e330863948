import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { type Import, readSource, readSources, type SourceFile } from './support/source-files.ts';

interface Rule {
  /** Folders of src, or single files, that code here may load. */
  readonly code: readonly string[];
  /** What it may name as a type besides. */
  readonly types?: readonly string[];
  /** The packages code here may load; anything (but what `ONLY_IN` keeps apart) where it does not say. */
  readonly packages?: readonly string[];
}

/** The authority as a worker reaches it: by its protocol and its public key, never by its database or its signing key. */
const AUTHORITY_FROM_OUTSIDE = [
  'authority/protocol.ts',
  'authority/calls.ts',
  'authority/http-client.ts',
  'authority/keys/verify-signature.ts',
];

/** DESIGN.md, "Imports point one way", as a table. */
const RULES: Readonly<Record<string, Rule>> = {
  domain: { code: [], packages: ['zod', '@noble/hashes', 'canonicalize', 'big.js'] },
  sdk: { code: ['domain'], packages: ['zod'] },
  workflows: {
    code: ['domain', 'sdk'],
    types: ['tools', 'activities', 'authority/protocol.ts'],
    packages: ['@temporalio/workflow', 'zod'],
  },
  activities: { code: ['domain', 'sdk', 'agents', 'tools', 'platform', ...AUTHORITY_FROM_OUTSIDE] },
  agents: { code: ['domain', 'sdk'] },
  tools: { code: ['domain', 'sdk'] },
  // The schema of the database names what the authority keeps in it.
  platform: { code: ['domain'], types: ['authority'] },
  authority: { code: ['domain', 'platform'] },
  slack: { code: ['domain', 'authority', 'platform'] },
  intake: { code: ['domain', 'authority', 'platform', 'sdk'] },
  // The hooks door is mounted on the API's server.
  api: { code: ['domain', 'authority', 'platform', 'intake'] },
  workers: {
    code: ['domain', 'sdk', 'agents', 'tools', 'activities', 'workflows', 'platform', ...AUTHORITY_FROM_OUTSIDE],
  },
  cli: {
    code: 'domain sdk agents tools activities workflows platform authority slack intake api workers'.split(' '),
  },
};

/** Packages that have one home. */
const ONLY_IN: readonly { readonly packages: RegExp; readonly folders: readonly string[] }[] = [
  { packages: /^(@langchain\/|langchain$)/, folders: ['agents'] },
  // The demo on a real cluster makes what it breaks.
  { packages: /^@kubernetes\/client-node$/, folders: ['tools', 'cli'] },
  { packages: /^@octokit\//, folders: ['tools'] },
  { packages: /^@slack\//, folders: ['slack'] },
  { packages: /^kysely$/, folders: ['authority', 'platform'] },
  { packages: /^pg$/, folders: ['platform'] },
  { packages: /^@temporalio\/workflow$/, folders: ['workflows'] },
  { packages: /^@temporalio\/activity$/, folders: ['activities', 'workers'] },
  { packages: /^@temporalio\/(worker|testing)$/, folders: ['workers', 'cli', 'platform'] },
];

const MAX_LINES = 350;
/** What differs between a workflow and its replay, or is not there at all in Temporal's sandbox. */
const NOT_IN_REPLAY = ['process', 'Buffer', 'setImmediate', 'require', 'performance', 'crypto', 'fetch', '__dirname'];

const layerOf = (path: string): string => path.split('/')[0] ?? '';
const isOurs = (to: string): boolean => to.endsWith('.ts') || to.endsWith('.tsx') || to.startsWith('..');
const within = (to: string, allowed: readonly string[]): boolean =>
  allowed.some((entry) => to === entry || (!entry.endsWith('.ts') && to.startsWith(`${entry}/`)));

function complaint(from: string, { to, typeOnly }: Import): string | undefined {
  const layer = layerOf(from);
  const rule = RULES[layer];
  if (!rule) return `${from}: no rule says what src/${layer} may import; add one to this test and to the design`;
  if (isOurs(to)) {
    const allowed = [layer, ...rule.code, ...(typeOnly ? (rule.types ?? []) : [])];
    return within(to, allowed) ? undefined : `${from} imports ${typeOnly ? 'a type of ' : ''}${to}`;
  }
  const home = ONLY_IN.find((only) => only.packages.test(to));
  if (home && !typeOnly && !home.folders.includes(layer))
    return `${from} imports ${to}, which belongs to src/${home.folders.join(' and src/')}`;
  if (rule.packages && !rule.packages.includes(to)) return `${from} imports ${to}`;
  return undefined;
}

const complaints = (files: readonly SourceFile[]): string[] =>
  files.flatMap((file) => file.imports.flatMap((one) => complaint(file.path, one) ?? []));

/** The first circle of files that load each other, as a path; undefined when there is none. */
function circle(files: readonly SourceFile[]): string[] | undefined {
  const edges = new Map(
    files.map((file) => [
      file.path,
      file.imports.filter((one) => !one.typeOnly && isOurs(one.to)).map((one) => one.to),
    ]),
  );
  const done = new Set<string>();
  const search = (path: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const next of edges.get(path) ?? []) {
      const found = search(next, [...trail, path]);
      if (found) return found;
    }
    done.add(path);
    return undefined;
  };
  for (const file of files) {
    const found = search(file.path, []);
    if (found) return found;
  }
  return undefined;
}

const files = readSources(join(import.meta.dirname, '../src'));

describe('what was looked at', () => {
  test('is the whole of src: over 100 files, in every folder that has a rule', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(new Set(files.map((file) => layerOf(file.path)))).toEqual(new Set(Object.keys(RULES)));
    expect(files.flatMap((file) => file.imports).length).toBeGreaterThan(500);
  });

  test('every import that names a file of ours names one that is there', () => {
    const known = new Set(files.map((file) => file.path));
    const dead = files.flatMap((file) =>
      file.imports.filter((one) => isOurs(one.to) && !known.has(one.to)).map((one) => `${file.path}: ${one.to}`),
    );
    expect(dead).toEqual([]);
  });
});

describe('imports point one way', () => {
  test('as the design says', () => {
    expect(complaints(files)).toEqual([]);
  });

  test('and never in a circle', () => {
    expect(circle(files)).toBeUndefined();
  });

  // Each line is a fault planted in a file that would be there: a rule that catches nothing holds nothing.
  test.each([
    ['workflows/x.ts', `import { grant } from '../authority/grants/grant.ts';`],
    ['workflows/x.ts', `import { wire } from '../activities/wire.ts';`],
    ['workflows/x.ts', `import { type Wire } from '../activities/wire.ts';`],
    ['workflows/x.ts', `import { readFile } from 'node:fs/promises';`],
    ['workflows/x.ts', `const later = await import('@temporalio/client');`],
    ['workflows/x.ts', `import type { Schema } from '../platform/database/schema.ts';`],
    ['domain/x.ts', `export * from '../sdk/runbook.ts';`],
    ['domain/x.ts', `export type { A } from '../authority/doors.ts';`],
    ['domain/x.ts', `type A = import('../authority/doors.ts').Doors;`],
    ['domain/x.ts', `import { randomBytes } from 'node:crypto';`],
    ['slack/x.ts', `import { registry } from '../tools/registry.ts';`],
    ['api/x.ts', `import type { Turn } from '../agents/model-turn.ts';`],
    ['intake/x.ts', `import { plan } from '../agents/plan-tool.ts';`],
    ['activities/x.ts', `import { signingKeyFrom } from '../authority/keys/signing-key.ts';`],
    ['workers/x.ts', `import { directAuthority } from '../authority/create-client.ts';`],
    ['tools/x.ts', `import { httpAuthority } from '../authority/http-client.ts';`],
    ['tools/x.ts', `import { tool } from '@langchain/core/tools';`],
    ['activities/x.ts', `import pg from 'pg';`],
    ['cli/x.ts', `import { balancer } from '../../sandbox/traffic/balancer.ts';`],
    ['authority/x.ts', `import { fixture } from '../../test/support/authority-fixture.ts';`],
    ['elsewhere/x.ts', `import { z } from 'zod';`],
  ])('%s: %s is refused', (path, text) => {
    expect(complaints([readSource(path, text)])).toHaveLength(1);
  });

  test('a circle is named by its files', () => {
    const planted = [
      readSource('domain/a.ts', `import { b } from './b.ts';`),
      readSource('domain/b.ts', `export { c } from './c.ts';`),
      readSource('domain/c.ts', `import { a } from './a.ts';`),
    ];
    expect(circle(planted)).toEqual(['domain/a.ts', 'domain/b.ts', 'domain/c.ts', 'domain/a.ts']);
  });
});

describe('what Temporal replays', () => {
  const replayed = files.filter((file) => ['workflows', 'domain', 'sdk'].includes(layerOf(file.path)));

  test.each(NOT_IN_REPLAY)('never names %s', (name) => {
    expect(replayed.length).toBeGreaterThan(30);
    expect(replayed.filter((file) => file.identifiers.has(name)).map((file) => file.path)).toEqual([]);
  });
});

test(`no file is longer than ${MAX_LINES} lines`, () => {
  expect(files.filter((file) => file.lines > MAX_LINES).map((file) => `${file.path}: ${file.lines}`)).toEqual([]);
});
