import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { composeProblems } from '../../scripts/compose-rules.ts';

type Loose = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any

const text = readFileSync(join(import.meta.dirname, '../../docker-compose.yml'), 'utf8');
// As YAML merges share objects, a change to one service must not be one of all.
const ours = (): Loose => z.looseObject({}).parse(JSON.parse(JSON.stringify(parse(text, { merge: true }))));
const added = ['slack', 'oidc', 'pagerduty', 's3'].map((name): unknown =>
  parse(readFileSync(join(import.meta.dirname, `../../deploy/compose.${name}.yml`), 'utf8')),
);
const problemsOf = (change: (services: Loose, file: Loose) => void): string[] => {
  const file = ours();
  change(file['services'], file);
  return composeProblems(file, added);
};

test('the compose file keeps every rule', () => {
  expect(composeProblems(ours(), added)).toEqual([]);
});

// Each line is a fault planted in the file that ships: a rule that catches nothing holds nothing.
describe('the rules catch', () => {
  const faults: [name: string, change: (services: Loose, file: Loose) => void, says: string][] = [
    ['an image without a tag', (s) => (s['postgres'].image = 'postgres'), 'is not pinned'],
    ['an image of a moving tag', (s) => (s['temporal'].image = 'temporalio/server:latest'), 'is not pinned'],
    ['a major version only', (s) => (s['postgres'].image = 'postgres:17'), 'is not pinned'],
    ['a tag by variable', (s) => (s['temporal'].image = 'temporalio/server:${TAG}'), 'is not pinned'],
    [
      'a password',
      (s) => (s['postgres'].environment.POSTGRES_PASSWORD = 'temporal'),
      'POSTGRES_PASSWORD is written out',
    ],
    [
      'a default password',
      (s) => (s['temporal'].environment.POSTGRES_PWD = '${PWD:-temporal}'),
      'POSTGRES_PWD has a default',
    ],
    ['a token', (s) => (s['server'].environment.BELAY_TOKEN = 'abc'), 'BELAY_TOKEN is written out'],
    [
      'a password in an address',
      (s) => (s['server'].environment.DATABASE_URL = 'postgres://a:b@c/d'),
      'has a password in it',
    ],
    ["Temporal's UI for everybody", (s) => (s['temporal-ui'].ports = ['8080:8080']), 'beyond this machine'],
    [
      'the same in the long form',
      (s) => (s['temporal-ui'].ports = [{ target: 8080, published: '8080' }]),
      'beyond this machine',
    ],
    ['the API for everybody', (s) => (s['server'].ports = ['0.0.0.0:7420:7420']), 'beyond this machine'],
    ['a writable file system', (s) => delete s['server'].read_only, 'can be written'],
    ['root', (s) => (s['worker-kubernetes'].user = '0:0'), 'runs as root'],
    ['no user', (s) => delete s['postgres'].user, 'runs as root'],
    ['kept capabilities', (s) => delete s['temporal'].cap_drop, 'keeps capabilities'],
    ['given capabilities', (s) => (s['temporal'].cap_add = ['NET_ADMIN']), 'keeps capabilities'],
    ['new privileges', (s) => (s['server'].security_opt = []), 'may gain privileges'],
    ['a worker beside PostgreSQL', (s) => s['worker-runbooks'].networks.push('data'), 'could reach PostgreSQL'],
    [
      'a worker without the codec',
      (s) => delete s['worker-runbooks'].environment.BELAY_PAYLOAD_KEY_FILE,
      'no payload codec',
    ],
    ["another worker's token", (s) => (s['worker-prometheus'].secrets = s['worker-kubernetes'].secrets), 'its own'],
    ['an unknown secret', (s) => s['server'].secrets.push('x'), 'there is no secret "x"'],
    ['an unknown network', (s) => s['server'].networks.push('x'), 'there is no network "x"'],
    ['an unknown dependency', (s) => (s['server'].depends_on = { x: {} }), 'there is no service "x"'],
    [
      'a secret from elsewhere',
      (_, f) => (f['secrets']['blobs.key'].file = '/etc/blobs.key'),
      'no file of deploy/secrets',
    ],
    [
      'a setting that stays outside',
      (s) => delete s['server'].environment.BELAY_OIDC_ISSUER,
      'BELAY_OIDC_ISSUER does not',
    ],
    [
      'a policy folder that nobody mounts',
      (s) => (s['server'].volumes = s['server'].volumes.filter((one: string) => !one.includes('/policy'))),
      'BELAY_POLICY is not mounted',
    ],
    [
      'one that could be written from inside',
      (s) => (s['server'].volumes = s['server'].volumes.map((one: string) => one.replace(':ro', ''))),
      'BELAY_POLICY is not mounted',
    ],
    [
      'one that is mounted elsewhere',
      (s) => (s['server'].environment.BELAY_POLICY = '${BELAY_POLICY:+/policy}'),
      'BELAY_POLICY is not mounted',
    ],
    ['no health check', (s) => delete s['server'].healthcheck, 'no health check'],
  ];
  test.each(faults)('%s', (_, change, says) => {
    expect(problemsOf(change).join('\n')).toContain(says);
  });

  test.each([[{}], [{ services: {} }], [{ services: { web: { image: 'nginx:1.27.0' } } }]])(
    'a file that has nothing of Belay in it: %j',
    (file) => {
      expect(() => composeProblems(file)).toThrow();
    },
  );
});
