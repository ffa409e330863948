import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { screen, type Status } from '../../src/platform/screen.ts';

const BARE: Status = {
  mode: 'propose',
  url: 'http://127.0.0.1:7420',
  signInCode: 'K7QP-2M9X',
  data: '/home/ada/belay/.belay',
  temporal: { address: '127.0.0.1:40001', embedded: true, detail: 'server 1.29.1', uiUrl: 'http://127.0.0.1:40002' },
  database: { address: '127.0.0.1:40003', embedded: true },
  approvers: ['local:ada'],
  routes: 0,
  openHooks: ['alertmanager', 'generic'],
  exposed: false,
  tookMs: 3240,
};

const FULL: Status = {
  mode: 'propose',
  url: 'http://0.0.0.0:7420',
  data: '/var/lib/belay',
  temporal: { address: 'temporal.internal:7233', embedded: false },
  database: { address: 'db.internal:5432', embedded: false },
  model: 'gpt-5-mini',
  slack: { channel: 'C0123456789', mode: 'socket' },
  approvers: ['slack:T1/U2', 'slack:T1/U3'],
  kubernetes: 'prod (https://10.0.0.1:6443)',
  prometheus: 'http://prometheus:9090',
  alertmanager: 'http://alertmanager:9093',
  routes: 4,
  openHooks: [],
  exposed: false,
  tookMs: 900,
};

const shown = (status: Status): string => stripVTControlCharacters(screen(status));

describe('the start screen', () => {
  test('of a newcomer: what runs where, what is missing and what that means', () => {
    expect(shown(BARE)).toBe(`
Belay is up (3.2 s)

  Belay        http://127.0.0.1:7420 sign in once with K7QP-2M9X
  Temporal     127.0.0.1:40001 embedded, server 1.29.1
               http://127.0.0.1:40002 its own UI
  PostgreSQL   127.0.0.1:40003 embedded
  Data         /home/ada/belay/.belay

  Proposals    rule-based, no model
  Approvers    local:ada
  Routes       none

  Not configured
  · No model: the written rules of a runbook propose. OPENAI_API_KEY and BELAY_MODEL add one.
  · No Slack: approve with \`belay approve\` or in the browser. SLACK_BOT_TOKEN and SLACK_APP_TOKEN add it.
  · No cluster: kubernetes.* tools answer that there is none. KUBECONFIG names one.
  · No Prometheus: nothing can be verified by metrics. PROMETHEUS_URL names one.
  · No routes: alerts are accepted and start nothing. BELAY_ROUTES names the route file.

  Good to know
  · One process holds everything: the signing key, the credentials and the model key. Production separates them.
  · Webhooks are open on this machine only, without a secret: alertmanager, generic. BELAY_HOOK_<SOURCE>_SECRET closes one.

Ctrl-C stops it; open runs and approvals are kept.`);
  });

  test('of a full configuration: nothing is missing, and it says so by silence', () => {
    expect(shown(FULL)).toBe(`
Belay is up (0.9 s)

  Belay        http://0.0.0.0:7420
  Temporal     temporal.internal:7233 yours
  PostgreSQL   db.internal:5432 yours
  Data         /var/lib/belay

  Proposals    model gpt-5-mini
  Approvers    slack:T1/U2, slack:T1/U3
  Slack        C0123456789 Socket Mode
  Kubernetes   prod (https://10.0.0.1:6443)
  Prometheus   http://prometheus:9090
  Alerts from  http://alertmanager:9093
  Routes       4 from alerts to runbooks

  Good to know
  · One process holds everything: the signing key, the credentials and the model key. Production separates them.

Ctrl-C stops it; open runs and approvals are kept.`);
  });

  const lines: [name: string, change: Partial<Status>, has: string][] = [
    [
      'nobody can approve',
      { approvers: [] },
      '· No approvers: nobody can approve anything. BELAY_APPROVERS names them.',
    ],
    ['it only observes', { mode: 'observe' }, 'Belay is up (0.9 s)  observing: it investigates and writes nothing'],
    ['it listens beyond this machine', { exposed: true }, '· It listens beyond this machine; put TLS in front of it.'],
    [
      'hooks without a secret are closed there',
      { exposed: true, openHooks: ['sns'] },
      '· Webhooks without a secret are closed, because Belay listens beyond this machine: sns.',
    ],
    [
      'Slack has no channel',
      { slack: { mode: 'http' } },
      '· No Slack channel: cards are not posted. BELAY_SLACK_CHANNEL names it.',
    ],
  ];
  test.each(lines)('says when %s', (_name, change, has) =>
    expect(
      shown({ ...FULL, ...change })
        .split('\n')
        .map((line) => line.trim()),
    ).toContain(has),
  );

  test('fits a terminal of 120 columns', () => {
    for (const line of [...shown(BARE).split('\n'), ...shown(FULL).split('\n')])
      expect(line.length).toBeLessThanOrEqual(125);
  });
});
