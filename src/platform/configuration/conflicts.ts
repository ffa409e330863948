import type { VariableName } from './variables.ts';
import { isSecretVariable } from './worker-secrets.ts';

/** Which process asks: `all` of them in one (`belay up`) or the CLI, or one of production's. `hooks` is a server with that door alone. */
export type Process = 'all' | 'server' | 'hooks' | 'worker';

/** What a process of production cannot do without. */
const NEEDED: Readonly<Record<Process, readonly (readonly [name: VariableName, what: string])[]>> = {
  all: [],
  server: [
    ['DATABASE_URL', 'the database of the authority'],
    ['TEMPORAL_ADDRESS', 'where runs are started; the embedded server is for `belay up`'],
    ['BELAY_KEYS', 'the folder with authority.pem and blobs.key'],
    ['BELAY_WORKER_TOKENS_FILE', "without it no worker's token works"],
    ['BELAY_TOKEN', 'the bearer token of the API (or BELAY_TOKEN_FILE)'],
  ],
  hooks: [['DATABASE_URL', 'where alerts are stored']],
  worker: [
    ['TEMPORAL_ADDRESS', 'where tasks come from'],
    ['BELAY_AUTHORITY_URL', 'where the server is'],
  ],
};

/** What it must not be given: a process that does not hold a secret cannot lose it. */
const FOREIGN: Readonly<Record<Process, readonly VariableName[]>> = {
  all: [],
  server: [],
  hooks: [
    'BELAY_KEYS',
    'BELAY_SIGNING_KEY',
    'BELAY_TOKEN',
    'BELAY_WORKER_TOKENS_FILE',
    'SLACK_BOT_TOKEN',
    'DATABASE_MIGRATION_URL',
    'BELAY_OIDC_CLIENT_SECRET',
    'PAGERDUTY_TOKEN',
  ],
  worker: [
    'DATABASE_URL',
    'DATABASE_MIGRATION_URL',
    'BELAY_KEYS',
    'BELAY_SIGNING_KEY',
    'BELAY_TOKEN',
    'BELAY_WORKER_TOKENS_FILE',
    'SLACK_BOT_TOKEN',
    'SLACK_APP_TOKEN',
    'SLACK_SIGNING_SECRET',
    'BELAY_OIDC_CLIENT_SECRET',
    'PAGERDUTY_TOKEN',
  ],
};

/** What is wrong between variables, as opposed to in one. Judged by which are set, so that it shows beside other problems. */
export function conflicts(set: ReadonlySet<string>, of: Process = 'all'): string[] {
  const has = (name: VariableName): boolean => set.has(name);
  const lines: string[] = [];
  const need = (when: boolean, line: string): void => void (when && lines.push(line));
  need(
    has('OPENAI_API_KEY') && !has('BELAY_MODEL'),
    'OPENAI_API_KEY is set but BELAY_MODEL is not; name the model, or unset the key to let the written rules propose',
  );
  need(
    has('OPENAI_BASE_URL') && !has('BELAY_MODEL') && !has('OPENAI_API_KEY'),
    'OPENAI_BASE_URL is set but BELAY_MODEL is not; name the model, or unset the address',
  );
  need(
    // The server only says the model's name on cards; the agents worker reaches it.
    of !== 'server' && of !== 'hooks' && has('BELAY_MODEL') && !has('OPENAI_API_KEY') && !has('OPENAI_BASE_URL'),
    'BELAY_MODEL is set but neither OPENAI_API_KEY nor OPENAI_BASE_URL is; say where the model is',
  );
  need(
    has('BELAY_POLICY') && has('BELAY_APPROVERS'),
    'BELAY_APPROVERS does nothing beside BELAY_POLICY; name people and their groups in its directory.yaml',
  );
  need(
    has('SLACK_BOT_TOKEN') && !has('SLACK_APP_TOKEN') && !has('SLACK_SIGNING_SECRET'),
    'SLACK_BOT_TOKEN needs SLACK_APP_TOKEN (Socket Mode, no public address) or SLACK_SIGNING_SECRET (HTTP) beside it',
  );
  need(
    !has('SLACK_BOT_TOKEN') && (has('SLACK_APP_TOKEN') || has('SLACK_SIGNING_SECRET')),
    'SLACK_BOT_TOKEN is missing; SLACK_APP_TOKEN and SLACK_SIGNING_SECRET do nothing without it',
  );
  for (const [name, why] of [
    ['BELAY_OIDC_CLIENT_ID', 'the issuer must know who asks'],
    ['BELAY_PUBLIC_URL', 'the issuer sends people back to it, at /signin/oidc/callback'],
  ] as const)
    need(has('BELAY_OIDC_ISSUER') && !has(name), `${name} is missing; BELAY_OIDC_ISSUER needs it: ${why}`);
  need(
    (has('BELAY_OIDC_CLIENT_ID') || has('BELAY_OIDC_CLIENT_SECRET') || has('BELAY_OIDC_SCOPES')) &&
      !has('BELAY_OIDC_ISSUER'),
    'BELAY_OIDC_ISSUER is missing; without it nobody can sign in by OpenID Connect',
  );
  need(
    has('PAGERDUTY_API_URL') && !has('PAGERDUTY_TOKEN'),
    'PAGERDUTY_TOKEN is missing; PAGERDUTY_API_URL does nothing without it',
  );
  need(
    has('BELAY_AUTHORITY_URL') && !has('BELAY_WORKER_TOKEN'),
    "BELAY_WORKER_TOKEN is missing; BELAY_AUTHORITY_URL asks for the token of this worker's queue",
  );
  need(
    has('BELAY_WORKER_TOKEN') && !has('BELAY_AUTHORITY_URL'),
    'BELAY_AUTHORITY_URL is missing; BELAY_WORKER_TOKEN is of no use without it',
  );
  need(
    has('DATABASE_MIGRATION_URL') && !has('DATABASE_URL'),
    'DATABASE_URL is missing; DATABASE_MIGRATION_URL only says who may change the tables',
  );
  need(
    has('TEMPORAL_TLS_CLIENT_CERT_PATH') !== has('TEMPORAL_TLS_CLIENT_KEY_PATH'),
    'TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH go together; one is missing',
  );
  const temporal = ['TEMPORAL_API_KEY', 'TEMPORAL_TLS', 'TEMPORAL_TLS_CLIENT_CERT_PATH', 'TEMPORAL_NAMESPACE'] as const;
  const given = temporal.filter(has);
  need(
    given.length > 0 && !has('TEMPORAL_ADDRESS'),
    `TEMPORAL_ADDRESS is missing; ${given.join(' and ')} would not be used with the embedded server`,
  );
  for (const name of set)
    need(
      (of === 'server' || of === 'hooks') && isSecretVariable(name),
      `${name} is set, and the server must not hold it; give it to the tools worker that uses it`,
    );
  for (const [name, what] of NEEDED[of]) need(!has(name), `${name} is missing: ${what}`);
  for (const name of FOREIGN[of])
    need(has(name), `${name} is set, and ${of === 'hooks' ? 'the hooks door' : 'a worker'} must not hold it; unset it`);
  return lines;
}
