import { afterEach, describe, expect, test } from '@jest/globals';
import { alertmanagerApi } from '../../../sandbox/alerts/alertmanager-api.ts';
import type { ActiveAlert } from '../../../sandbox/alerts/alert-rule.ts';
import { Notifier } from '../../../sandbox/alerts/notifier.ts';
import type { NotifierOptions } from '../../../sandbox/alerts/notifier.ts';
import { until } from '../../support/until.ts';
import { HANG_UP, WebhookReceiver } from './webhook-receiver.ts';

const LABELS = {
  alertname: 'HighErrorRate',
  cluster: 'belay-sandbox',
  namespace: 'shop',
  deployment: 'checkout',
  severity: 'critical',
};
const alert = (state: ActiveAlert['state'], summary = 'it fails'): ActiveAlert[] => [
  { labels: LABELS, annotations: { summary }, state, activeAt: '2026-01-31T12:00:00.000Z', value: '1' },
];
const FIRING = alert('firing');
const T0 = Date.UTC(2026, 0, 31, 12);
const urls = { external: 'http://am', generator: 'http://prom/graph' };

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function start(codes: number[], more: Partial<NotifierOptions> = {}): Promise<[Notifier, WebhookReceiver]> {
  const receiver = await new WebhookReceiver(...codes).start();
  const notifier = new Notifier({ webhook: receiver.url, urls, backOffMs: 1, ...more });
  ends.push(
    () => notifier.stop(),
    () => receiver.stop(),
  );
  return [notifier, receiver];
}

/** Lets the notifier look until its receiver has so many messages, and until the last answer is settled. */
async function deliver(
  notifier: Notifier,
  receiver: WebhookReceiver,
  alerts: ActiveAlert[],
  count: number,
): Promise<void> {
  await until(`${count} messages came`, () => {
    // Asked first: a look may begin the next message, whose answer is then under way again.
    const settled = receiver.messages.length >= count && notifier.last?.code !== undefined;
    if (!settled) notifier.observe(alerts);
    return settled;
  });
}

describe('what is told', () => {
  test('a firing alert is a webhook of version 4, complete', async () => {
    const [notifier, receiver] = await start([202]);
    notifier.observe(FIRING, T0);
    await until('it came', () => receiver.messages.length > 0);
    expect(receiver.messages).toEqual([
      {
        version: '4',
        groupKey: '{}:{alertname="HighErrorRate", cluster="belay-sandbox", deployment="checkout", namespace="shop"}',
        truncatedAlerts: 0,
        status: 'firing',
        receiver: 'belay',
        groupLabels: {
          alertname: 'HighErrorRate',
          cluster: 'belay-sandbox',
          namespace: 'shop',
          deployment: 'checkout',
        },
        commonLabels: LABELS,
        commonAnnotations: { summary: 'it fails' },
        externalURL: 'http://am',
        alerts: [
          {
            status: 'firing',
            labels: LABELS,
            annotations: { summary: 'it fails' },
            startsAt: '2026-01-31T12:00:00.000Z',
            endsAt: '0001-01-01T00:00:00Z',
            generatorURL: 'http://prom/graph',
            fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
          },
        ],
      },
    ]);
  });

  test('firing, again after the repeat interval, then resolved once: one incident by startsAt and fingerprint', async () => {
    const [notifier, receiver] = await start([202], { repeatMs: 40 });
    await deliver(notifier, receiver, FIRING, 2);
    await until('it is told as over', () => {
      notifier.observe([]);
      return receiver.states.includes('resolved') && notifier.last?.status === 'resolved' && notifier.last.code === 202;
    });
    const told = receiver.messages.length;
    for (let times = 0; times < 5; times += 1) notifier.observe([], Date.now() + 3_600_000);
    expect(receiver.messages).toHaveLength(told);
    expect(receiver.states.filter((state) => state === 'resolved')).toHaveLength(1);
    const alerts = receiver.messages.flatMap((message) => message.alerts);
    expect(new Set(alerts.map(({ startsAt }) => startsAt)).size).toBe(1);
    expect(new Set(alerts.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect(Date.parse(alerts.at(-1)?.endsAt ?? '')).toBeGreaterThanOrEqual(Date.parse(alerts.at(-1)?.startsAt ?? ''));
  });

  test('within the repeat interval nothing is told twice', async () => {
    const [notifier, receiver] = await start([202]);
    await deliver(notifier, receiver, FIRING, 1);
    for (let seconds = 1; seconds < 30; seconds += 1) notifier.observe(FIRING, Date.now() + seconds * 900);
    expect(receiver.messages).toHaveLength(1);
  });

  test('a pending alert is not told, and one that comes again is a new incident', async () => {
    const [notifier, receiver] = await start([202]);
    notifier.observe(alert('pending'), T0);
    expect(notifier.known).toBeUndefined();
    await deliver(notifier, receiver, FIRING, 1);
    await deliver(notifier, receiver, [], 2);
    await deliver(notifier, receiver, FIRING, 3);
    expect(receiver.states).toEqual(['firing', 'resolved', 'firing']);
    expect(receiver.messages[2]?.alerts[0]?.startsAt).not.toBe(receiver.messages[0]?.alerts[0]?.startsAt);
  });
});

describe('a webhook in trouble', () => {
  test.each([500, 503])('%i is tried again until it is taken', async (code) => {
    const [notifier, receiver] = await start([code, code, 202]);
    await until('it is taken', () => {
      notifier.observe(FIRING);
      return notifier.last?.code === 202;
    });
    expect(receiver.states).toEqual(['firing', 'firing', 'firing']);
  });

  test.each([400, 401, 404, 422])('%i is final until the next repeat', async (code) => {
    const [notifier, receiver] = await start([code]);
    await deliver(notifier, receiver, FIRING, 1);
    for (let times = 0; times < 20; times += 1) notifier.observe(FIRING, Date.now() + 20_000);
    expect(receiver.messages).toHaveLength(1);
    expect(notifier.last).toMatchObject({ code });
  });

  test('one that hangs up gets the alert once it answers', async () => {
    const [notifier, receiver] = await start([HANG_UP, HANG_UP, 202]);
    notifier.observe(FIRING);
    await until('it was tried in vain', () => notifier.last?.error !== undefined);
    expect(notifier.last?.code).toBeUndefined();
    await deliver(notifier, receiver, FIRING, 3);
    expect(receiver.states).toEqual(['firing', 'firing', 'firing']);
  });

  test('what was never told is not told as over', async () => {
    const [notifier, receiver] = await start([500, 202]);
    notifier.observe(FIRING);
    await until('it was refused', () => notifier.last?.code === 500);
    for (let times = 0; times < 20; times += 1) notifier.observe([], Date.now() + 60_000);
    expect(receiver.states).toEqual(['firing']);
  });
});

describe('GET /api/v2/alerts', () => {
  const list = async (notifier: Notifier, query = ''): Promise<unknown[]> => {
    const app = alertmanagerApi(notifier, 'http://prom/graph');
    const answer = await app.inject(`/api/v2/alerts${query}`);
    await app.close();
    return answer.json();
  };

  test('lists the alert while it fires, and nothing before and after', async () => {
    const notifier = new Notifier({ webhook: undefined, urls });
    expect(await list(notifier)).toEqual([]);
    notifier.observe(FIRING, T0);
    expect(await list(notifier)).toMatchObject([
      {
        labels: LABELS,
        annotations: { summary: 'it fails' },
        startsAt: '2026-01-31T12:00:00.000Z',
        endsAt: expect.any(String),
        updatedAt: expect.any(String),
        fingerprint: expect.any(String),
        receivers: [{ name: 'belay' }],
        status: { state: 'active', silencedBy: [], inhibitedBy: [] },
      },
    ]);
    notifier.observe([], T0 + 1000);
    expect(await list(notifier)).toEqual([]);
  });

  test('can be filtered by matchers', async () => {
    const notifier = new Notifier({ webhook: undefined, urls });
    notifier.observe(FIRING, T0);
    const by = (...filters: string[]): Promise<unknown[]> =>
      list(notifier, `?${filters.map((filter) => `filter=${encodeURIComponent(filter)}`).join('&')}`);
    expect(await by('namespace="shop"')).toHaveLength(1);
    expect(await by('namespace="shop"', 'deployment=~"cat.*"')).toHaveLength(0);
    expect(await by('severity!="critical"')).toHaveLength(0);
    const app = alertmanagerApi(notifier, '');
    expect((await app.inject('/api/v2/alerts?filter=%7B%7B')).statusCode).toBe(400);
    await app.close();
  });
});
