import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Notifier } from '../../../sandbox/alerts/notifier.ts';
import type { WebhookMessage } from '../../../sandbox/alerts/webhook-message.ts';
import { describeReal } from '../../support/parts.ts';
import { startAlertmanager } from '../../support/start-alertmanager.ts';
import type { RunningAlertmanager } from '../../support/start-alertmanager.ts';
import { until } from '../../support/until.ts';
import { WebhookReceiver } from './webhook-receiver.ts';

const labels = {
  alertname: 'HighErrorRate',
  cluster: 'belay-sandbox',
  namespace: 'shop',
  deployment: 'checkout',
  severity: 'critical',
};
const annotations = { summary: 'it fails', description: 'with an umlaut: ö' };

describeReal('our webhook is the webhook of a real Alertmanager', ['alertmanager'], () => {
  let real: RunningAlertmanager;
  const theirs = new WebhookReceiver(202);
  const ours = new WebhookReceiver(202);
  let notifier: Notifier;

  beforeAll(async () => {
    await Promise.all([theirs.start(), ours.start()]);
    real = await startAlertmanager({
      webhook: theirs.url,
      groupBy: ['alertname', 'cluster', 'namespace', 'deployment'],
    });
    notifier = new Notifier({ webhook: ours.url, urls: { external: 'x', generator: 'http://prom/graph' } });
  }, 60_000);
  afterAll(async () => {
    await notifier?.stop();
    await real?.stop();
    await Promise.all([theirs.stop(), ours.stop()]);
  });

  const tell = async (times: Record<string, string>): Promise<void> => {
    await fetch(`${real.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ labels, annotations, generatorURL: 'http://prom/graph', ...times }]),
    });
  };

  /** A message with what differs by nature, times and addresses, replaced by its form. */
  const form = (message: WebhookMessage | undefined): unknown => ({
    ...message,
    externalURL: typeof message?.externalURL,
    alerts: message?.alerts.map((each) => ({
      ...each,
      startsAt: Number.isNaN(Date.parse(each.startsAt)),
      endsAt: each.endsAt.startsWith('0001') ? each.endsAt : Number.isNaN(Date.parse(each.endsAt)),
    })),
  });

  test('when it fires, and when it is resolved', async () => {
    const startsAt = new Date().toISOString();
    const firing = [{ labels, annotations, state: 'firing' as const, activeAt: startsAt, value: '1' }];
    await tell({ startsAt });
    notifier.observe(firing);
    await until('both told', () => theirs.messages.length === 1 && ours.messages.length === 1);
    expect(form(ours.messages[0])).toEqual(form(theirs.messages[0]));
    await tell({ startsAt, endsAt: new Date().toISOString() });
    await until('both told the end', () => {
      notifier.observe([]);
      return theirs.messages.length === 2 && ours.messages.length === 2;
    });
    expect(form(ours.messages[1])).toEqual(form(theirs.messages[1]));
  });
});
