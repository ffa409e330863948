import { anchorPlaces } from './anchor-places.ts';
import { calendars } from './calendars.ts';
import { readableFile } from './readable-file.ts';
import { z } from 'zod';
import { CliError } from '../problem.ts';
import {
  awsRegion,
  hostPort,
  httpUrl,
  issuer,
  people,
  person,
  port,
  postgresUrl,
  scopes,
  startingWith,
  yesNo,
} from './fields.ts';
import { readHookProofs, type HookProof } from './hook-proof.ts';
import { readVariables } from './read-variables.ts';
import { conflicts, type Process } from './conflicts.ts';
import type { VariableName } from './variables.ts';
import { readSecrets } from './worker-secrets.ts';

const text = z.string();
const FIELDS = {
  BELAY_PORT: port,
  BELAY_HOST: text,
  BELAY_PUBLIC_URL: httpUrl('https://belay.example.com'),
  BELAY_DATA: text,
  BELAY_TOKEN: text,
  BELAY_TOKEN_PERSON: person,
  BELAY_APPROVERS: people,
  BELAY_POLICY: text,
  BELAY_ANCHORS: anchorPlaces,
  BELAY_OIDC_ISSUER: issuer,
  BELAY_OIDC_CLIENT_ID: text,
  BELAY_OIDC_CLIENT_SECRET: text,
  BELAY_OIDC_SCOPES: scopes,
  BELAY_FREEZE_ICAL: calendars,
  BELAY_SLACK_CHANNEL: text.regex(/^[CGD][A-Z0-9]{2,}$/, 'must be a channel id such as C0123456789, not a name'),
  BELAY_ROUTES: readableFile,
  BELAY_SCHEDULES: readableFile,
  BELAY_MODEL: text,
  BELAY_AUTHORITY_URL: httpUrl('https://belay.internal:7420'),
  BELAY_WORKER_TOKEN: text,
  BELAY_WORKER_TOKENS_FILE: readableFile,
  BELAY_AUTHORITY_KEY_FILE: readableFile,
  BELAY_KEYS: text,
  BELAY_SIGNING_KEY: text,
  BELAY_BUILD: text,
  BELAY_HEALTH_PORT: port,
  BELAY_PAYLOAD_KEY_FILE: readableFile,
  BELAY_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error'),
  BELAY_DEBUG: yesNo,
  BELAY_PARTS: text,
  TEMPORAL_ADDRESS: hostPort,
  TEMPORAL_NAMESPACE: text,
  TEMPORAL_API_KEY: text,
  TEMPORAL_TLS: yesNo,
  TEMPORAL_TLS_CLIENT_CERT_PATH: readableFile,
  TEMPORAL_TLS_CLIENT_KEY_PATH: readableFile,
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: readableFile,
  TEMPORAL_TLS_SERVER_NAME: text,
  DATABASE_URL: postgresUrl,
  DATABASE_MIGRATION_URL: postgresUrl,
  SLACK_BOT_TOKEN: startingWith('xoxb-', 'a bot token'),
  SLACK_APP_TOKEN: startingWith('xapp-', 'an app-level token'),
  SLACK_SIGNING_SECRET: text,
  SLACK_API_URL: httpUrl('https://slack.com/api'),
  PAGERDUTY_TOKEN: text,
  PAGERDUTY_API_URL: httpUrl('https://api.eu.pagerduty.com'),
  OPENAI_API_KEY: text,
  OPENAI_BASE_URL: httpUrl('http://127.0.0.1:11434/v1'),
  GITHUB_TOKEN: text,
  GITHUB_API_URL: httpUrl('https://github.example.com/api/v3'),
  PROMETHEUS_URL: httpUrl('http://prometheus:9090'),
  ALERTMANAGER_URL: httpUrl('http://alertmanager:9093'),
  BELAY_SCANNERS: readableFile,
  // kubectl's own meaning: several files by colon, and one that is missing is skipped. The Kubernetes client judges it.
  KUBECONFIG: text,
  BELAY_AWS_ACCOUNTS: readableFile,
  AWS_REGION: awsRegion,
} as const satisfies Record<VariableName, z.ZodType>;

/** Every variable, parsed, under its own name; absent where it was not set. */
type Variables = { readonly [Name in VariableName]?: z.output<(typeof FIELDS)[Name]> };

const DEFAULTS = {
  BELAY_PORT: 7420,
  BELAY_HOST: '127.0.0.1',
  BELAY_DATA: '.belay',
  BELAY_BUILD: 'belay-build',
  TEMPORAL_NAMESPACE: 'default',
  GITHUB_API_URL: 'https://api.github.com',
  PAGERDUTY_API_URL: 'https://api.pagerduty.com',
} as const satisfies Variables;

/** Belay's configuration: the parsed variables, with defaults, plus the proofs that webhooks must bring and a worker's secrets. */
export type Configuration = Omit<Variables, keyof typeof DEFAULTS> &
  Required<Pick<Variables, keyof typeof DEFAULTS>> & {
    readonly hooks: ReadonlyMap<string, HookProof>;
    /** What `secret://name` in arguments stands for, by the variable that holds it. */
    readonly secrets: ReadonlyMap<string, string>;
  };

/** The configuration does not hold; `problems` has every one of them, each naming its variable. */
export class ConfigurationError extends CliError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((line) => `  ${line}`).join('\n')}`,
      2,
    );
    this.problems = problems;
  }
}

/**
 * Reads and checks the whole environment at once, as the kind of process needs it that asks.
 * @throws ConfigurationError (exit 2) with all problems.
 */
export function readConfiguration(env: NodeJS.ProcessEnv, of: Process = 'all'): Configuration {
  const problems: string[] = [];
  const problem = (line: string): void => void problems.push(line);
  const values = readVariables(env, problem);
  const parsed: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(FIELDS)) {
    const value = values[name];
    if (value === undefined) continue;
    const result = schema.safeParse(value);
    if (result.success) parsed[name] = result.data;
    else problem(`${name} ${result.error.issues[0]?.message ?? 'is not valid'}`);
  }
  const hooks = readHookProofs(values, problem);
  const secrets = readSecrets(values, problem);
  // An empty list of approvers is one, and stands in nobody's way.
  const set = Object.entries(values).flatMap(([name, value]) => (value === '' ? [] : [name]));
  problems.push(...conflicts(new Set(set), of));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { ...DEFAULTS, ...(parsed as Variables), hooks, secrets };
}
