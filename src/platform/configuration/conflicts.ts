import type { VariableName } from './variables.ts';

/** What is wrong between variables, as opposed to in one. Judged by which are set, so that it shows beside other problems. */
export function conflicts(set: ReadonlySet<string>): string[] {
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
    has('BELAY_MODEL') && !has('OPENAI_API_KEY') && !has('OPENAI_BASE_URL'),
    'BELAY_MODEL is set but neither OPENAI_API_KEY nor OPENAI_BASE_URL is; say where the model is',
  );
  need(
    has('SLACK_BOT_TOKEN') && !has('SLACK_APP_TOKEN') && !has('SLACK_SIGNING_SECRET'),
    'SLACK_BOT_TOKEN needs SLACK_APP_TOKEN (Socket Mode, no public address) or SLACK_SIGNING_SECRET (HTTP) beside it',
  );
  need(
    !has('SLACK_BOT_TOKEN') && (has('SLACK_APP_TOKEN') || has('SLACK_SIGNING_SECRET')),
    'SLACK_BOT_TOKEN is missing; SLACK_APP_TOKEN and SLACK_SIGNING_SECRET do nothing without it',
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
  return lines;
}
