import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { aws } from '../../../src/tools/aws/index.ts';
import { PERMISSIONS } from '../../../src/tools/aws/operations.ts';
import { AwsSettings } from '../../../src/tools/aws/settings.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/aws.md'), 'utf8');

const Actions = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const Policy = z.object({ Statement: z.array(z.object({ Effect: z.literal('Allow'), Action: Actions })) });
const policies = new Map(
  [...page.matchAll(/<!-- policy: (\S+) -->\n```json\n([\s\S]*?)```/g)].map(([, name = '', text = '']) => [
    name,
    Policy.parse(JSON.parse(text)).Statement.flatMap(({ Action }) => Action),
  ]),
);
const reading = (operation: string): boolean => /\.(Describe|Get|List)[A-Z]/.test(operation);

test('the policy for reading has every permission of a read, and no other', () => {
  const wanted = Object.entries(PERMISSIONS).flatMap(([operation, permission]) =>
    // Nobody can be denied it.
    reading(operation) && permission !== 'sts:GetCallerIdentity' ? [permission] : [],
  );
  expect(policies.get('read')?.toSorted()).toEqual(wanted.toSorted());
});

test('the policies of the writes have, together, every permission of a write, and each write has one', () => {
  const wanted = Object.entries(PERMISSIONS).flatMap(([operation, permission]) =>
    reading(operation) ? [] : [permission],
  );
  const writes = aws.tools.flatMap((tool) => (tool.risk === 'read' ? [] : [tool.name]));
  const [, ...named] = policies.keys();
  expect(named.toSorted()).toEqual(writes.toSorted());
  const given = named.flatMap((name) => policies.get(name) ?? []);
  expect([...new Set(given)].toSorted()).toEqual([...new Set<string>(wanted)].toSorted());
});

test('every tool, and every field of an account, is on the page', () => {
  for (const { name } of aws.tools) expect([name, page.includes(`\`${name}\``)]).toEqual([name, true]);
  const fields = Object.keys(AwsSettings.shape).filter((field) => field !== 'name');
  for (const field of fields) expect([field, page.includes(`\`${field}\``)]).toEqual([field, true]);
});

test('the accounts file it shows is one', () => {
  const [, text = ''] = /```yaml\n(accounts:[\s\S]*?)```/.exec(page) ?? [];
  const { accounts } = z.object({ accounts: z.record(z.string(), AwsSettings) }).parse(parse(text));
  expect(Object.keys(accounts)).toEqual(['prod', 'staging']);
});
