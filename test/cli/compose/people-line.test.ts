import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peopleLine } from '../../../src/cli/compose/people-line.ts';
import { readConfiguration } from '../../../src/platform/configuration/configuration.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-people-line-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RULE = `@id("reads")\npermit (principal, action, resource) when { context.risk == "read" };\n`;

/** What doctor finds for a policy folder with this directory. */
const lineIn = (directory: string) => {
  writeFileSync(join(folder, 'rules.cedar'), RULE);
  writeFileSync(join(folder, 'directory.yaml'), directory);
  return peopleLine(readConfiguration({ BELAY_POLICY: folder }));
};

test.each([
  ['nothing', {}, 'note', 'nobody but, embedded, yourself'],
  ['a list', { BELAY_APPROVERS: 'local:ada,slack:T1/U2' }, 'ok', 'approvers: local:ada, slack:T1/U2'],
])('with %s set', (_, env, how, text) => {
  expect(peopleLine(readConfiguration(env))).toEqual({ how, text });
});

test.each([
  ['ok', 'groups: { sre: { members: [ada] } }', 'sre: ada'],
  ['ok', 'groups: { sre: { members: [ada] }, dba: { members: [] } }', 'sre: ada; dba: nobody'],
  ['bad', 'groups: { sre: { members: [] } }', 'sre: nobody'],
  ['note', 'groups: { sre: { members: [adda] } }', 'unknown until the policy folder loads'],
])('%s: %s', (how, groups, text) => {
  const found = lineIn(`v: 1\npeople:\n  ada: { name: Ada, identities: [local:ada] }\n${groups}\n`);
  expect(found.how).toBe(how);
  expect(found.text).toContain(text);
});
