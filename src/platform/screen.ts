import pc from 'picocolors';

/** A part of Belay, and where it is. `embedded`: Belay runs it itself, as a child on this machine. */
interface PartStatus {
  readonly address: string;
  readonly embedded: boolean;
  /** Shown beside the address, such as a version. */
  readonly detail?: string;
}

/** Everything the start screen says. */
export interface Status {
  readonly mode: 'propose' | 'observe';
  readonly url: string;
  /** Signs a browser in, once. */
  readonly signInCode?: string;
  readonly data: string;
  readonly temporal: PartStatus & { readonly uiUrl?: string };
  readonly database: PartStatus;
  /** Absent: written rules propose. */
  readonly model?: string;
  readonly slack?: { readonly channel?: string; readonly mode: 'socket' | 'http' };
  /** The bundle in force, and what is wrong with a later one that does not load. */
  readonly policy?: { readonly text: string; readonly problems: readonly string[] };
  /** Person ids; empty means that nobody can approve. */
  readonly approvers: readonly string[];
  readonly kubernetes?: string;
  readonly prometheus?: string;
  readonly alertmanager?: string;
  /** What is halted, in words: who, what, why. */
  readonly halts?: readonly string[];
  /** How many routes lead from alerts to runbooks. */
  readonly routes: number;
  /** Webhook sources that ask for no proof. */
  readonly openHooks: readonly string[];
  /** True when Belay listens beyond loopback; then hooks without a proof are closed. */
  readonly exposed: boolean;
  readonly tookMs: number;
}

type Line = readonly [name: string, text: string];

/** The one screen of `belay up`: what runs where, what is configured, what is missing and what that means. */
export function screen(status: Status): string {
  return [
    '',
    `${pc.bold('Belay is up')} ${pc.dim(`(${(status.tookMs / 1000).toFixed(1)} s)`)}${status.mode === 'observe' ? `  ${pc.yellow('observing: it investigates and writes nothing')}` : ''}`,
    ...(status.halts ?? []).map((halt) => `${pc.red('HALTED')} ${halt}; resume it with: belay resume`),
    '',
    ...lines(running(status)),
    '',
    ...lines(configured(status)),
    ...section(
      pc.red('The policy files do not load; the policy of before stays in force'),
      status.policy?.problems ?? [],
    ),
    ...section('Not configured', missing(status)),
    ...section('Good to know', notes(status)),
    '',
    pc.dim('Ctrl-C stops it; open runs and approvals are kept.'),
  ].join('\n');
}

function running(status: Status): Line[] {
  const part = ({ address, embedded, detail }: PartStatus): string =>
    `${address}${pc.dim(` ${embedded ? 'embedded' : 'yours'}${detail === undefined ? '' : `, ${detail}`}`)}`;
  return [
    [
      'Belay',
      `${status.url}${status.signInCode === undefined ? '' : pc.dim(` sign in once with ${status.signInCode}`)}`,
    ],
    ['Temporal', part(status.temporal)],
    ...(status.temporal.uiUrl === undefined ? [] : [['', `${status.temporal.uiUrl}${pc.dim(' its own UI')}`] as const]),
    ['PostgreSQL', part(status.database)],
    ['Data', status.data],
  ];
}

function configured(status: Status): Line[] {
  const { slack, kubernetes, prometheus, alertmanager } = status;
  const where = slack?.mode === 'socket' ? 'Socket Mode' : 'HTTP';
  return [
    ['Proposals', status.model === undefined ? 'rule-based, no model' : `model ${status.model}`],
    ...(status.policy === undefined ? [] : [['Policy', status.policy.text] as const]),
    ['Approvers', status.approvers.length === 0 ? pc.yellow('nobody') : status.approvers.join(', ')],
    ...(slack === undefined ? [] : [['Slack', `${slack.channel ?? 'no channel'}${pc.dim(` ${where}`)}`] as const]),
    ...(kubernetes === undefined ? [] : [['Kubernetes', kubernetes] as const]),
    ...(prometheus === undefined ? [] : [['Prometheus', prometheus] as const]),
    ...(alertmanager === undefined ? [] : [['Alerts from', alertmanager] as const]),
    ['Routes', status.routes === 0 ? 'none' : `${status.routes} from alerts to runbooks`],
  ];
}

/** What is not there, what that means, and what would change it. */
function missing(status: Status): string[] {
  const absent: (readonly [missing: boolean, text: string])[] = [
    [
      status.model === undefined,
      'No model: the written rules of a runbook propose. OPENAI_API_KEY and BELAY_MODEL add one.',
    ],
    [
      status.slack === undefined,
      'No Slack: approve with `belay approve` or in the browser. SLACK_BOT_TOKEN and SLACK_APP_TOKEN add it.',
    ],
    [
      status.slack !== undefined && status.slack.channel === undefined,
      'No Slack channel: cards are not posted. BELAY_SLACK_CHANNEL names it.',
    ],
    [
      status.kubernetes === undefined,
      'No cluster: kubernetes.* tools answer that there is none. KUBECONFIG names one.',
    ],
    [status.prometheus === undefined, 'No Prometheus: nothing can be verified by metrics. PROMETHEUS_URL names one.'],
    [status.routes === 0, 'No routes: alerts are accepted and start nothing. BELAY_ROUTES names the route file.'],
    [status.approvers.length === 0, 'No approvers: nobody can approve anything. BELAY_APPROVERS names them.'],
  ];
  return absent.filter(([is]) => is).map(([, text]) => text);
}

function notes(status: Status): string[] {
  const hooks = status.openHooks.join(', ');
  return [
    'One process holds everything: the signing key, the credentials and the model key. Production separates them.',
    ...(status.openHooks.length === 0
      ? []
      : [
          status.exposed
            ? `Webhooks without a secret are closed, because Belay listens beyond this machine: ${hooks}.`
            : `Webhooks are open on this machine only, without a secret: ${hooks}. BELAY_HOOK_<SOURCE>_SECRET closes one.`,
        ]),
    ...(status.exposed ? ['It listens beyond this machine; put TLS in front of it.'] : []),
  ];
}

const WIDTH = 13;

const lines = (all: readonly Line[]): string[] => all.map(([name, text]) => `  ${pc.dim(name.padEnd(WIDTH))}${text}`);

const section = (title: string, texts: readonly string[]): string[] =>
  texts.length === 0 ? [] : ['', `  ${pc.dim(title)}`, ...texts.map((text) => `  · ${text}`)];
