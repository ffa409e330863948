import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnections } from '../../../src/activities/connections.ts';
import { awsConnections } from '../../../src/cli/compose/aws-connections.ts';
import { connectionNames, connectionSettings } from '../../../src/cli/compose/connections.ts';
import { kindOfQueue } from '../../../src/domain/queue.ts';
import { readConfiguration } from '../../../src/platform/configuration/configuration.ts';
import { systems } from '../../../src/tools/catalog.ts';
import { buildRegistry } from '../../../src/tools/registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-accounts-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (content: string): string => {
  const path = join(folder, 'accounts.yaml');
  writeFileSync(path, content);
  return path;
};
const read = (content: string) => awsConnections({ BELAY_AWS_ACCOUNTS: file(content) });

const GOOD = `
accounts:
  prod:
    account: "111122223333"
    role: arn:aws:iam::111122223333:role/belay
    externalId: belay-7
    regions: [eu-west-1, us-east-1]
    priceTable: prices.yaml
  staging:
    role: arn:aws:iam::222233334444:role/team/belay
    regions: [eu-west-1]
    ownerTags: [squad]
`;

describe('the accounts file', () => {
  test('gives each account a connection and a queue of its own; a price table is looked for beside it', () => {
    const settings = connectionSettings(
      readConfiguration({ BELAY_AWS_ACCOUNTS: file(GOOD), AWS_REGION: 'eu-north-1' }),
    );
    expect(settings['aws']).toMatchObject({
      prod: { name: 'prod', account: '111122223333', externalId: 'belay-7', priceTable: join(folder, 'prices.yaml') },
      staging: { name: 'staging', regions: ['eu-west-1'], ownerTags: ['squad'] },
    });
    expect(connectionNames(settings)).toEqual({ aws: ['prod', 'staging'] });
    const connections = createConnections(buildRegistry(systems), settings);
    expect(connections.queues).toEqual(['tools.aws.prod', 'tools.aws.staging']);
    expect(connections.queues.map(kindOfQueue)).toEqual(['tools', 'tools']);
    expect(connections.find('aws.identity', 'staging').client).toMatchObject({ regions: ['eu-west-1'] });
  });

  test('every problem is named by its field, in one message, exit code 2', () => {
    const broken = () =>
      read(`
accounts:
  Prod: { account: "111122223333", regions: [eu-west-1] }
  one: { account: 111122223333, regions: [] }
  two: { account: "222233334444", role: "arn:aws:iam::111122223333:role/belay", regions: [frankfurt] }
  three: { account: "333344445555", externalId: x-1, regions: [eu-west-1], secret: hunter2 }
  four: { regions: [eu-west-1] }
extra: 1
`);
    expect(broken).toThrow(expect.objectContaining({ exitCode: 2 }));
    for (const problem of [
      'accounts.Prod: ',
      'accounts.one.account: ',
      'accounts.one.regions: names no region',
      'accounts.two.regions.0: is no region such as eu-west-1',
      'accounts.three',
      'extra',
    ])
      expect(broken).toThrow(problem);
    expect(broken).not.toThrow('hunter2');
  });

  test.each([
    [
      'a role of another account',
      '{ account: "222233334444", role: "arn:aws:iam::111122223333:role/b", regions: [eu-west-1] }',
      'role: is of account 111122223333, and account is 222233334444',
    ],
    [
      'an external id without a role',
      '{ account: "222233334444", externalId: x-1, regions: [eu-west-1] }',
      'externalId: does nothing without role',
    ],
    ['neither account nor role', '{ regions: [eu-west-1] }', 'accounts.a.account: is missing'],
  ])('%s is refused', (_, account, says) => {
    expect(() => read(`accounts: { a: ${account} }`)).toThrow(says);
  });

  test.each([
    ['no accounts', 'accounts: {}', 'names no account'],
    ['no YAML', 'accounts: [', 'cannot be read'],
    ['aliases', 'a: &a {}\naccounts: *a', 'cannot be read'],
  ])('%s is no accounts file', (_, content, says) => {
    expect(() => read(content)).toThrow(says);
  });
});

test('without the file AWS_REGION makes one connection, `default`, of whichever account it is; without both there is none', () => {
  const settings = connectionSettings(readConfiguration({ AWS_REGION: 'eu-west-1' }));
  expect(settings).toEqual({ aws: { default: { name: 'default', regions: ['eu-west-1'] } } });
  expect(connectionSettings(readConfiguration({}))).toEqual({});
  expect(() => readConfiguration({ AWS_REGION: 'Frankfurt' })).toThrow('AWS_REGION is no region of AWS');
});
