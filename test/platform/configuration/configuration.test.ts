import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ConfigurationError, readConfiguration } from '../../../src/platform/configuration/configuration.ts';
import { VARIABLES } from '../../../src/platform/configuration/variables.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-configuration-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfiguration(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('what is accepted', () => {
  test('an empty environment is a working configuration with the documented defaults', () => {
    expect(readConfiguration({ PATH: '/bin', HOME: '/root' })).toEqual({
      BELAY_PORT: 7420,
      BELAY_HOST: '127.0.0.1',
      BELAY_DATA: '.belay',
      BELAY_BUILD: 'belay-build',
      TEMPORAL_NAMESPACE: 'default',
      GITHUB_API_URL: 'https://api.github.com',
      PAGERDUTY_API_URL: 'https://api.pagerduty.com',
      hooks: new Map(),
      secrets: new Map(),
    });
  });

  const cases: [name: string, env: NodeJS.ProcessEnv, part: Record<string, unknown>][] = [
    ['a port', { BELAY_PORT: '0' }, { BELAY_PORT: 0 }],
    [
      'people of several doors',
      { BELAY_APPROVERS: 'slack:T1/U2, local:ada ,oidc:https://id.example.com#00u1' },
      { BELAY_APPROVERS: ['slack:T1/U2', 'local:ada', 'oidc:https://id.example.com#00u1'] },
    ],
    ['no approvers, said on purpose', { BELAY_APPROVERS: '' }, { BELAY_APPROVERS: [] }],
    [
      'an address loses its trailing slash',
      { PROMETHEUS_URL: 'http://prometheus:9090/' },
      { PROMETHEUS_URL: 'http://prometheus:9090' },
    ],
    [
      'a model at its own address needs no key',
      { BELAY_MODEL: 'qwen', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' },
      { BELAY_MODEL: 'qwen' },
    ],
    ['an IPv6 Temporal', { TEMPORAL_ADDRESS: '[::1]:7233' }, { TEMPORAL_ADDRESS: '[::1]:7233' }],
    ['set and empty is unset', { SLACK_BOT_TOKEN: '', TEMPORAL_ADDRESS: ' ' }, { BELAY_PORT: 7420 }],
    [
      'a secret from a file, without its last newline',
      { GITHUB_TOKEN_FILE: file('gh', 'ghp_1\n') },
      { GITHUB_TOKEN: 'ghp_1' },
    ],
    [
      'a hook proof from a file',
      { BELAY_HOOK_GRAFANA_TOKEN_FILE: file('grafana', 't1,t2\n') },
      { hooks: new Map([['GRAFANA', { secrets: [], tokens: ['t1', 't2'] }]]) },
    ],
    [
      "a worker's secrets, also from a file",
      { BELAY_SECRET_DB_PASSWORD: 'long enough', BELAY_SECRET_TLS_KEY_FILE: file('tls', 'one\ntwo and more\n') },
      {
        secrets: new Map([
          ['BELAY_SECRET_DB_PASSWORD', 'long enough'],
          ['BELAY_SECRET_TLS_KEY', 'one\ntwo and more'],
        ]),
      },
    ],
  ];
  test.each(cases)('%s', (_name, env, part) => expect(readConfiguration(env)).toMatchObject(part));
});

describe('what is refused, naming the variable', () => {
  const cases: [env: NodeJS.ProcessEnv, problem: RegExp][] = [
    [{ BELAY_PROT: '1' }, /^BELAY_PROT is not a variable of Belay; did you mean BELAY_PORT\?$/],
    [{ BELAY_APPROVER: 'local:a' }, /did you mean BELAY_APPROVERS\?/],
    [{ BELAY_HOOKS_ALERTMANAGER_SECRET: 'x' }, /did you mean BELAY_HOOK_ALERTMANAGER_SECRET\?/],
    [{ BELAY_ROUTES_FILE: '/x' }, /^BELAY_ROUTES_FILE is not a variable of Belay; did you mean/],
    [{ BELAY_PORT: '70000' }, /^BELAY_PORT .*0 to 65535/],
    [{ BELAY_PORT: '80a' }, /^BELAY_PORT/],
    [{ BELAY_APPROVERS: 'ada' }, /^BELAY_APPROVERS has "ada"; a person is/],
    [{ BELAY_APPROVERS: 'slack:U345' }, /^BELAY_APPROVERS has "slack:U345"/],
    [{ BELAY_APPROVERS: 'oidc:ada@example.com' }, /never an e-mail address/],
    [{ BELAY_APPROVERS: 'api:ada@example.com' }, /never an e-mail address/],
    [{ BELAY_TOKEN_PERSON: 'ada@example.com' }, /^BELAY_TOKEN_PERSON is not a person/],
    [{ PAGERDUTY_API_URL: 'https://api.eu.pagerduty.com' }, /^PAGERDUTY_TOKEN is missing/],
    [
      { BELAY_OIDC_ISSUER: 'https://id.example.com', BELAY_PUBLIC_URL: 'https://belay.example.com' },
      /^BELAY_OIDC_CLIENT_ID is missing/,
    ],
    [
      { BELAY_OIDC_ISSUER: 'https://id.example.com', BELAY_OIDC_CLIENT_ID: 'belay' },
      /^BELAY_PUBLIC_URL is missing; .*\/signin\/oidc\/callback/,
    ],
    [{ BELAY_OIDC_CLIENT_SECRET: 's' }, /^BELAY_OIDC_ISSUER is missing/],
    [{ BELAY_OIDC_SCOPES: 'groups' }, /^BELAY_OIDC_ISSUER is missing/],
    ...['http://id.example.com', 'id.example.com', 'https://id.example.com?tenant=1', 'https://id.example.com#x'].map(
      (wrong): [NodeJS.ProcessEnv, RegExp] => [
        { BELAY_OIDC_ISSUER: wrong, BELAY_OIDC_CLIENT_ID: 'belay', BELAY_PUBLIC_URL: 'https://belay.example.com' },
        /^BELAY_OIDC_ISSUER is not an issuer/,
      ],
    ),
    [{ BELAY_SLACK_CHANNEL: '#ops' }, /^BELAY_SLACK_CHANNEL must be a channel id/],
    [
      { BELAY_ROUTES: '/nowhere/routes.yaml' },
      /^BELAY_ROUTES names \/nowhere\/routes.yaml, which cannot be read \(ENOENT\)/,
    ],
    [{ BELAY_ROUTES: tmpdir() }, /^BELAY_ROUTES names .*, which is not a file/],
    [{ TEMPORAL_ADDRESS: 'https://temporal:7233' }, /^TEMPORAL_ADDRESS must be host:port without a scheme/],
    [{ TEMPORAL_ADDRESS: 'temporal' }, /^TEMPORAL_ADDRESS must be host:port/],
    [{ TEMPORAL_API_KEY: 'k' }, /^TEMPORAL_ADDRESS is missing; TEMPORAL_API_KEY would not be used/],
    [
      { TEMPORAL_ADDRESS: 'a:1', TEMPORAL_TLS_CLIENT_CERT_PATH: file('crt', 'x') },
      /TEMPORAL_TLS_CLIENT_KEY_PATH go together/,
    ],
    [{ DATABASE_URL: 'mysql://host/db' }, /^DATABASE_URL is not an address of the form postgres:/],
    [{ DATABASE_MIGRATION_URL: 'postgres://h/d' }, /^DATABASE_URL is missing/],
    [{ PROMETHEUS_URL: 'prometheus:9090' }, /^PROMETHEUS_URL is not an address of the form http/],
    [{ OPENAI_API_KEY: 'sk' }, /^OPENAI_API_KEY is set but BELAY_MODEL is not/],
    [{ OPENAI_BASE_URL: 'http://h/v1' }, /^OPENAI_BASE_URL is set but BELAY_MODEL is not/],
    [{ BELAY_MODEL: 'm' }, /^BELAY_MODEL is set but neither OPENAI_API_KEY nor OPENAI_BASE_URL is/],
    [{ SLACK_BOT_TOKEN: 'xoxb-1' }, /^SLACK_BOT_TOKEN needs SLACK_APP_TOKEN .* or SLACK_SIGNING_SECRET/],
    [{ SLACK_BOT_TOKEN: 'xoxp-1', SLACK_SIGNING_SECRET: 's' }, /^SLACK_BOT_TOKEN does not look like a bot token/],
    [{ SLACK_SIGNING_SECRET: 's' }, /^SLACK_BOT_TOKEN is missing/],
    [{ BELAY_AUTHORITY_URL: 'https://h' }, /^BELAY_WORKER_TOKEN is missing/],
    [{ BELAY_WORKER_TOKEN: 't' }, /^BELAY_AUTHORITY_URL is missing/],
    [{ BELAY_HOOK_ALERTMANAGER_SECRET: '' }, /^BELAY_HOOK_ALERTMANAGER_SECRET is set but empty/],
    [{ BELAY_HOOK_ALERTMANAGER_TOKEN: 'new,' }, /^BELAY_HOOK_ALERTMANAGER_TOKEN is set but empty in one of its places/],
    [
      { BELAY_HOOK_ALERTMANGER_SECRET: 's' },
      /^BELAY_HOOK_ALERTMANGER_SECRET: there is no webhook source "alertmanger"/,
    ],
    [{ GITHUB_TOKEN_FILE: '/nowhere' }, /^GITHUB_TOKEN_FILE: \/nowhere cannot be read \(ENOENT\)/],
    [{ GITHUB_TOKEN_FILE: file('empty', ' \n') }, /^GITHUB_TOKEN_FILE: .* is empty/],
    [
      { GITHUB_TOKEN: 'a', GITHUB_TOKEN_FILE: file('both', 'b') },
      /^GITHUB_TOKEN and GITHUB_TOKEN_FILE are both set; keep one/,
    ],
    [{ BELAY_SECRET_DB: '' }, /^BELAY_SECRET_DB is set but empty/],
    [{ BELAY_SECRET_PIN: '1234' }, /^BELAY_SECRET_PIN has fewer than 8 characters/],
    [{ BELAY_SECRET_GONE_FILE: '/nowhere' }, /^BELAY_SECRET_GONE_FILE: \/nowhere cannot be read \(ENOENT\)/],
    [{ BELAY_SECRETS_DB: 'long enough' }, /^BELAY_SECRETS_DB is not a variable of Belay/],
    [{ BELAY_LOG_LEVEL: 'loud' }, /^BELAY_LOG_LEVEL must be debug, info, warn or error/],
  ];
  test.each(cases)('%j', (env, problem) => expect(problemsOf(env)).toEqual([expect.stringMatching(problem)]));

  test('all of them are told at once, in one message, with exit code 2', () => {
    const env = Object.assign({}, ...cases.filter(([each]) => !('GITHUB_TOKEN' in each)).map(([each]) => each));
    const problems = problemsOf(env);
    expect(problems.length).toBeGreaterThan(15);
    expect(() => readConfiguration(env)).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: expect.stringContaining(problems.map((line) => `  ${line}`).join('\n')),
      }),
    );
  });

  test('no value of a secret is repeated in a problem', () => {
    const secret = 'very-secret-value';
    const env = Object.fromEntries(
      VARIABLES.filter(({ name }) => /(TOKEN|KEY|SECRET)$/.test(name)).map(({ name }) => [name, secret]),
    );
    expect(problemsOf({ ...env, BELAY_HOOK_NOPE_SECRET: secret }).join('\n')).not.toContain(secret);
  });
});
