import { afterEach, describe, expect, test } from '@jest/globals';
import { compileBundle } from '../../../src/authority/bundle/compile-bundle.ts';
import { readFolder } from '../../../src/authority/bundle/read-folder.ts';
import { digestOf } from '../../../src/domain/digest.ts';
import { DIRECTORY, POLICY, policyFolder } from './policy-folder.ts';

const made: { remove(): void }[] = [];
afterEach(() => {
  for (const one of made.splice(0)) one.remove();
});

function folderWith(files: Record<string, string | undefined> = {}) {
  const place = policyFolder();
  made.push(place);
  place.write(files);
  return place;
}

const tools = [{ name: 'kubernetes.scale', risk: 'write' as const, reversible: 'yes' as const }];

/** What a server would make of a folder. */
function load(folder: string) {
  const read = readFolder(folder);
  if ('problems' in read) return read;
  return compileBundle({ v: 1, ...read.content, routes: [], tools, manifest: digestOf(tools) });
}

const problemsWith = (files: Record<string, string | undefined>): string[] => {
  const loaded = load(folderWith(files).folder);
  return 'problems' in loaded ? loaded.problems : [];
};

describe('a policy folder does not load', () => {
  test.each<[what: string, files: Record<string, string | undefined>, problem: RegExp]>([
    ['without a policy', { 'rules.cedar': undefined }, /has no \*\.cedar file/],
    ['without a directory', { 'directory.yaml': undefined }, /has no directory\.yaml/],
    [
      'with a directory by another name',
      { 'directory.yml': DIRECTORY },
      /^directory\.yml: is not read; call it directory\.yaml/,
    ],
    ['with caps by another name', { 'caps.json': '{}' }, /^caps\.json: is not read; call it caps\.yaml/],
    ['with YAML that is none', { 'directory.yaml': 'v: 1\npeople: {' }, /^directory\.yaml:\d+: /],
    [
      'with a key twice',
      { 'directory.yaml': `${DIRECTORY}  sre: { members: [] }\n` },
      /^directory\.yaml:7: Map keys must be unique/,
    ],
    ['with an alias', { 'caps.yaml': 'caps: &a [*a]' }, /^caps\.yaml/],
    [
      'with a field nobody knows',
      { 'directory.yaml': DIRECTORY.replace('members', 'member') },
      /^directory\.yaml:6: groups\.sre/,
    ],
    [
      'with an identity that is none',
      { 'directory.yaml': DIRECTORY.replace('local:ann', 'ann') },
      /^directory\.yaml:3: people\.ann\.identities\.0: is no identity/,
    ],
    [
      'with an identity of two people',
      { 'directory.yaml': DIRECTORY.replace('slack:T1/U2', 'local:ann') },
      /^directory\.yaml:4: people\.bob\.identities\.1/,
    ],
    [
      'with a member who is nobody',
      { 'directory.yaml': DIRECTORY.replace('[ann, bob]', '[ann, eve]') },
      /^directory\.yaml:6: groups\.sre\.members\.1: eve is nobody/,
    ],
    [
      'with a group called team-owner',
      { 'directory.yaml': `${DIRECTORY}  team-owner: { members: [ann] }\n` },
      /^directory\.yaml:7: groups\.team-owner/,
    ],
    [
      'with a cap that is none',
      { 'caps.yaml': 'caps:\n  - tool: kubernetes.scale\n    count: 0' },
      /^caps\.yaml:3: caps\.0\.count/,
    ],
    ['with a cap on nothing', { 'caps.yaml': 'caps: [{ tool: kubernetes.scale }]' }, /kubernetes\.scale is not capped/],
    [
      'with a cap on a tool there is not',
      { 'caps.yaml': 'caps: [{ tool: kubernetes.scal, count: 1 }]' },
      /no tool is called kubernetes\.scal/,
    ],
    [
      'with two caps on one tool',
      { 'caps.yaml': 'caps: [{ tool: kubernetes.scale, count: 1 }, { tool: kubernetes.scale, count: 9 }]' },
      /has a cap before/,
    ],
    [
      'with tags that are no text',
      { 'targets.yaml': 'targets:\n  - match: { system: kubernetes }\n    tags: { team: 1 }' },
      /^targets\.yaml:3: targets\.0\.tags\.team/,
    ],
    [
      'with a policy that does not load',
      { 'rules.cedar': `${POLICY}@id("x") permit (principal, action, resource);` },
      /^rules\.cedar:4: x: it may match a write/,
    ],
    [
      'with a gate of a group the directory lost',
      { 'directory.yaml': DIRECTORY.replace('sre:', 'ops:') },
      /^rules\.cedar:2: writes: the directory has no group sre; its groups: ops/,
    ],
  ])('%s', (_, files, problem) => {
    expect(problemsWith(files)).toContainEqual(expect.stringMatching(problem));
  });

  test('that is not there', () => {
    expect(readFolder('/nowhere/at/all')).toEqual({ problems: ['/nowhere/at/all: cannot be read (ENOENT)'] });
  });

  test('and every file that is wrong is named at once', () => {
    const problems = problemsWith({ 'directory.yaml': 'v: 2', 'caps.yaml': 'cap: []', 'targets.yaml': '[]' });
    for (const file of ['directory.yaml', 'caps.yaml', 'targets.yaml'])
      expect(problems).toContainEqual(expect.stringContaining(`${file}:1: `));
  });
});

describe('a policy folder that loads', () => {
  const hashOf = (folder: string): string => {
    const loaded = load(folder);
    if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
    return loaded.bundle.hash;
  };

  test('has people, groups, caps and tags of targets, and is called like its folder', () => {
    const { folder } = folderWith({
      'caps.yaml': 'caps: [{ tool: kubernetes.*, count: 5, percent: 20.5, perHour: 3 }]',
      'targets.yaml': 'targets: [{ match: { namespace: shop }, tags: { team: sre } }]',
      'README.md': '# ours',
    });
    expect(readFolder(folder)).toMatchObject({
      content: {
        name: folder.split('/').at(-1),
        policies: { 'rules.cedar': POLICY },
        directory: { people: { bob: { active: true } }, groups: { sre: { members: ['ann', 'bob'], narrowedBy: [] } } },
        caps: [{ tool: 'kubernetes.*', count: 5, percent: 20.5, perHour: 3 }],
        targets: [{ match: { namespace: 'shop' }, tags: { team: 'sre' } }],
      },
    });
  });

  test('has another hash when any of its files says something else, and the same when others do', () => {
    const { folder, write } = folderWith();
    const first = hashOf(folder);
    const seen = new Set([first]);
    for (const files of [
      { 'rules.cedar': POLICY.replace('1 of sre', '2 of sre') },
      { 'directory.yaml': DIRECTORY.replace('[ann, bob]', '[ann]') },
      { 'caps.yaml': 'caps: [{ tool: kubernetes.scale, count: 5 }]' },
      { 'targets.yaml': 'targets: [{ match: {}, tags: { team: sre } }]' },
      { 'rules.test.yaml': 'tests: []' },
    ]) {
      write(files);
      seen.add(hashOf(folder));
    }
    expect(seen.size).toBe(6);
    write({
      'rules.cedar': POLICY,
      'directory.yaml': DIRECTORY,
      'caps.yaml': undefined,
      'targets.yaml': undefined,
      'rules.test.yaml': undefined,
      'notes.txt': 'hello',
    });
    expect(hashOf(folder)).toBe(first);
  });
});
