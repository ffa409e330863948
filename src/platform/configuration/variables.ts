/** One environment variable that Belay reads. `file`: it already names a file, so it has no `_FILE` form. */
export interface Variable {
  readonly name: string;
  readonly help: string;
  readonly file?: true;
}

/** Every variable Belay reads at start, besides `BELAY_HOOK_<SOURCE>_SECRET|_TOKEN`, `BELAY_SECRET_<NAME>` and those that AWS's SDK reads itself. */
export const VARIABLES = [
  { name: 'BELAY_PORT', help: 'port of the HTTP API (7420)' },
  { name: 'BELAY_HOST', help: 'address to listen on (127.0.0.1)' },
  { name: 'BELAY_PUBLIC_URL', help: 'how people and webhooks reach Belay; its name is accepted in the Host header' },
  { name: 'BELAY_DATA', help: 'data folder (.belay)' },
  { name: 'BELAY_TOKEN', help: 'bearer token of the API: of `belay server`, and of the CLI away from the data folder' },
  { name: 'BELAY_TOKEN_PERSON', help: 'server: the person whose token it is (api:token)' },
  { name: 'BELAY_APPROVERS', help: 'who may decide, by comma: slack:T1/U2, local:ada' },
  { name: 'BELAY_POLICY', help: 'policy folder: *.cedar, directory.yaml, caps.yaml, targets.yaml' },
  {
    name: 'BELAY_ANCHORS',
    help: 'where ledger checkpoints are kept outside, by comma: file:/path, git:/clone, s3://…, syslog+tcp://…, slack',
  },
  { name: 'BELAY_OIDC_ISSUER', help: 'OpenID Connect issuer people sign in at; needs BELAY_PUBLIC_URL' },
  { name: 'BELAY_OIDC_CLIENT_ID', help: 'what the issuer knows Belay as' },
  { name: 'BELAY_OIDC_CLIENT_SECRET', help: "the client's secret; absent: a public client, by PKCE alone" },
  { name: 'BELAY_OIDC_SCOPES', help: 'scopes to ask for beside openid and profile, by comma: groups' },
  { name: 'BELAY_FREEZE_ICAL', help: 'calendars of change freezes, by comma: https addresses or files' },
  { name: 'BELAY_SLACK_CHANNEL', help: 'id of the channel for cards' },
  { name: 'BELAY_ROUTES', help: 'route file: which alerts start which runbook', file: true },
  { name: 'BELAY_MODEL', help: 'name of the chat model' },
  { name: 'BELAY_AUTHORITY_URL', help: 'workers: where the server is' },
  { name: 'BELAY_WORKER_TOKEN', help: 'workers: token of their queue' },
  { name: 'BELAY_WORKER_TOKENS_FILE', help: "server: SHA-256 of each queue's token, as JSON", file: true },
  { name: 'BELAY_AUTHORITY_KEY_FILE', help: "tools workers: the authority's public key, PEM", file: true },
  { name: 'BELAY_KEYS', help: 'server: folder with authority.pem and blobs.key', file: true },
  { name: 'BELAY_SIGNING_KEY', help: "server: the authority's private key, PEM, instead of authority.pem" },
  { name: 'BELAY_BUILD', help: 'what `belay build` wrote (belay-build)', file: true },
  { name: 'BELAY_HEALTH_PORT', help: 'workers: port of GET /healthz (none)' },
  { name: 'BELAY_PAYLOAD_KEY_FILE', help: 'keys that encrypt what Temporal is given', file: true },
  { name: 'BELAY_LOG_LEVEL', help: 'debug, info, warn or error (info)' },
  { name: 'BELAY_DEBUG', help: '1: show stack traces' },
  { name: 'BELAY_PARTS', help: 'folder whose bin/ holds prebuilt servers', file: true },
  { name: 'TEMPORAL_ADDRESS', help: 'host:port of a Temporal server; absent: an embedded one' },
  { name: 'TEMPORAL_NAMESPACE', help: 'namespace (default)' },
  { name: 'TEMPORAL_API_KEY', help: 'API key for Temporal Cloud' },
  { name: 'TEMPORAL_TLS', help: 'true: use TLS without a client certificate' },
  { name: 'TEMPORAL_TLS_CLIENT_CERT_PATH', help: 'client certificate', file: true },
  { name: 'TEMPORAL_TLS_CLIENT_KEY_PATH', help: 'client key', file: true },
  { name: 'TEMPORAL_TLS_SERVER_CA_CERT_PATH', help: 'certificate of the authority that signed the server', file: true },
  { name: 'TEMPORAL_TLS_SERVER_NAME', help: 'name expected in the server certificate' },
  { name: 'DATABASE_URL', help: 'postgres:// address; absent: an embedded PostgreSQL' },
  { name: 'DATABASE_MIGRATION_URL', help: 'the same for the role that owns the tables' },
  { name: 'SLACK_BOT_TOKEN', help: 'xoxb-…' },
  { name: 'SLACK_APP_TOKEN', help: 'xapp-…, for Socket Mode' },
  { name: 'SLACK_SIGNING_SECRET', help: 'for requests over HTTP' },
  { name: 'SLACK_API_URL', help: 'another Slack API (an emulator)' },
  { name: 'PAGERDUTY_TOKEN', help: 'read-only API token, for groups narrowed by a schedule' },
  { name: 'PAGERDUTY_API_URL', help: 'another PagerDuty API (https://api.pagerduty.com)' },
  { name: 'OPENAI_API_KEY', help: 'key of the model provider' },
  { name: 'OPENAI_BASE_URL', help: 'any OpenAI-compatible endpoint' },
  { name: 'GITHUB_TOKEN', help: 'token for the github tools' },
  { name: 'GITHUB_API_URL', help: 'GitHub Enterprise API (https://api.github.com)' },
  { name: 'PROMETHEUS_URL', help: 'where Prometheus is' },
  { name: 'ALERTMANAGER_URL', help: 'where Alertmanager is' },
  {
    name: 'BELAY_SCANNERS',
    help: 'YAML: scanners that are run, and files and buckets with their findings',
    file: true,
  },
  { name: 'KUBECONFIG', help: 'kubeconfig of the cluster', file: true },
  { name: 'BELAY_AWS_ACCOUNTS', help: 'AWS accounts: a connection each, with role and regions (YAML)', file: true },
  { name: 'AWS_REGION', help: 'without that file: the region of one AWS connection, `default`' },
] as const satisfies readonly Variable[];

export type VariableName = (typeof VARIABLES)[number]['name'];
