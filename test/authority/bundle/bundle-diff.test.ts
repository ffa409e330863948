import { describe, expect, test } from '@jest/globals';
import type { BundleContent } from '../../../src/authority/bundle/bundle-content.ts';
import { bundleDiff, bundleSize } from '../../../src/authority/bundle/bundle-diff.ts';
import { digestOf } from '../../../src/domain/digest.ts';
import { POLICY } from './policy-folder.ts';

const person = (name: string, more: object = {}) => ({ name, identities: [`local:${name}`], active: true, ...more });
const group = (members: string[], more: object = {}) => ({ members, narrowedBy: [], leads: [], ...more });

const base: BundleContent = {
  v: 1,
  name: 'team',
  policies: { 'rules.cedar': POLICY },
  tests: {},
  directory: { v: 1, people: { ann: person('ann'), bob: person('bob') }, groups: { sre: group(['ann', 'bob']) } },
  caps: [{ tool: 'kubernetes.scale', count: 5 }],
  targets: [],
  routes: [],
  tools: [{ name: 'kubernetes.scale', risk: 'write', reversible: 'yes' }],
  manifest: digestOf('build'),
};
const people = (changed: BundleContent['directory']['people']) => ({
  directory: { ...base.directory, people: changed },
});
const groups = (changed: BundleContent['directory']['groups']) => ({
  directory: { ...base.directory, groups: changed },
});
const rules = (text: string) => ({ policies: { 'rules.cedar': text } });

describe('what a bundle changes is said', () => {
  test.each<[what: string, changes: Partial<BundleContent>, lines: string[]]>([
    ['not at all, where it says the same', {}, []],
    [
      'not at all, where a policy only moved or was laid out anew',
      { policies: { 'b.cedar': `// ours\n\n${POLICY.replaceAll(' when ', '\n  when ')}` } },
      [],
    ],
    ['as a policy more', rules(`${POLICY}@id("stop") forbid (principal, action, resource);`), ['policy stop added']],
    ['as a policy less', rules(POLICY.replace(/@id\("reads"\).*\n/, '')), ['policy reads removed']],
    [
      'as an annotation with what it was and is',
      rules(
        POLICY.replace(
          '@gate("1 of sre") permit (principal, action, resource)',
          '@gate("2 of sre") @step_up("true") permit (principal, action, resource)',
        ),
      ),
      ['policy writes: @gate was "1 of sre", is "2 of sre"', 'policy writes: @step_up("true") added'],
    ],
    [
      'as an annotation less',
      rules(POLICY.replace('@gate("1 of sre") permit (principal, action in', 'permit (principal, action in')),
      ['policy own: @gate("1 of sre") removed'],
    ],
    [
      'as another condition',
      rules(POLICY.replace('!= "read"', '== "write"')),
      ['policy writes: when it applies was changed'],
    ],
    [
      'as who is in a group',
      groups({ sre: group(['ann', 'cleo'], { leads: ['ann'] }), ops: group([]) }),
      ['group ops added', 'group sre: cleo in', 'group sre: bob out', 'group sre: lead ann in'],
    ],
    [
      'as what narrows a group',
      groups({ sre: group(['ann', 'bob'], { narrowedBy: [{ kind: 'slack-usergroup', id: 'S1' }] }) }),
      ['group sre: what narrows it was changed'],
    ],
    [
      'as who is deactivated',
      people({ ...base.directory.people, bob: person('bob', { active: false }) }),
      ['person bob: deactivated'],
    ],
    [
      'as who is gone and who is new',
      people({ ann: person('ann'), eve: person('eve') }),
      ['person bob removed', 'person eve added'],
    ],
    [
      'as whose identity is another',
      people({ ...base.directory.people, bob: person('bob', { identities: ['slack:T1/U2'] }) }),
      ['person bob: identity slack:T1/U2 in', 'person bob: identity local:bob out'],
    ],
    [
      'as a cap',
      {
        caps: [
          { tool: 'kubernetes.scale', count: 50 },
          { tool: 'aws.*', perHour: 1 },
        ],
      },
      ['cap on aws.* added', 'cap on kubernetes.scale: was count 5, is count 50'],
    ],
    [
      'as the risk of a tool',
      { tools: [{ name: 'kubernetes.scale', risk: 'read', reversible: 'yes' }], manifest: digestOf('other') },
      ['tool kubernetes.scale: was risk write, reversible yes, is risk read, reversible yes'],
    ],
    ['as a build that has the same tools', { manifest: digestOf('other') }, ['the build was changed']],
    [
      'as routes, tags and tests',
      { routes: [{ runbook: 'x' }], targets: [{ match: {}, tags: {} }], tests: { 'a.test.yaml': '' } },
      ['tags of targets were changed', 'routes were changed', 'tests of policies were changed'],
    ],
  ])('%s', (_, changes, lines) => {
    expect(bundleDiff(base, { ...base, ...changes })).toEqual(lines);
  });

  test('backwards too: what was added is then removed', () => {
    const after = { ...base, ...rules(`${POLICY}@id("stop") forbid (principal, action, resource);`), ...groups({}) };
    expect(bundleDiff(after, base)).toEqual(['policy stop removed', 'group sre added']);
  });
});

test('the first bundle is counted', () => {
  expect(bundleSize(base)).toBe('3 policies, 2 people, 1 group, 1 cap');
});
