import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AlertRoute } from '../../src/authority/doors.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { bindRun } from '../../src/authority/runs/bind.ts';
import { ANN, type AuthorityFixture, startAuthority } from '../support/authority-fixture.ts';
import { describeReal } from '../support/parts.ts';

const ROUTE: AlertRoute = { runbook: 'remediation/bad-deploy', mode: 'propose', input: {} };
const T1 = '2026-03-01T11:00:00.000Z';
const T2 = '2026-03-01T11:30:00.000Z';

describeReal('alerts', ['postgres'], () => {
  let belay: AuthorityFixture;
  let group = '';
  let incident = 0;
  beforeAll(async () => {
    belay = await startAuthority();
  });
  afterAll(() => belay.close());
  beforeEach(() => {
    incident += 1;
    group = `group ${incident}`;
  });

  const alert = (name: string, status: Alert['status'] = 'firing', changes: Partial<Alert> = {}): Alert => ({
    source: 'alertmanager',
    fingerprint: `${incident}-${name}`,
    group,
    status,
    labels: { alertname: name, namespace: 'shop', deployment: `checkout-${incident}` },
    annotations: {},
    startsAt: T1,
    endsAt: null,
    generatorUrl: null,
    ...changes,
  });
  const deliver = async (alerts: Alert[], route: AlertRoute | undefined = ROUTE) =>
    await belay.doors.receiveAlerts(alerts.map((one) => ({ alert: one, route })));
  const one = async (given: Alert, route?: AlertRoute) => {
    const [receipt] = await deliver([given], route);
    if (!receipt) throw new Error('no receipt');
    return receipt;
  };
  const unrouted = async (given: Alert) => (await belay.doors.receiveAlerts([{ alert: given, route: undefined }]))[0];
  /** The run's execution; the run counts as started from here. */
  const begin = async (run: string) => {
    await bindRun(belay.context, run, `e-${run}`);
    return { run, execution: `e-${run}` };
  };
  const news = async (run: string) => belay.authority.news(await begin(run));
  const runsNow = async () => (await belay.doors.runs()).length;
  const wakes = async (run: string) =>
    (
      await belay.db
        .selectFrom('outbox')
        .select('id')
        .where('topic', '=', 'run.wake')
        .where('subject', '=', run)
        .execute()
    ).length;

  test('a firing alert with a route starts one run, asked for by the alert, with input from its labels', async () => {
    const receipt = await one(alert('HighErrors'));
    expect(receipt).toMatchObject({ status: 'accepted', fingerprint: `${incident}-HighErrors` });
    expect(await belay.doors.run(receipt.runId ?? '')).toMatchObject({
      state: 'queued',
      mode: 'propose',
      input: { namespace: 'shop', name: `checkout-${incident}`, wait: 60 },
      requester: { id: 'alert:alertmanager', door: 'alert' },
      trigger: { kind: 'alert', source: 'alertmanager', group, alerts: [receipt.id] },
    });
    expect(await belay.kinds(receipt.runId ?? '')).toEqual(['run.registered', 'alert.received']);
  });

  test('the same delivery again, ten times and at once, is a duplicate that names the run', async () => {
    const first = await one(alert('HighErrors'));
    const again = await Promise.all(Array.from({ length: 10 }, () => one(alert('HighErrors'))));
    for (const receipt of again) expect(receipt).toEqual({ ...first, status: 'duplicate' });
    expect(await belay.kinds(first.runId ?? '')).toEqual(['run.registered', 'alert.received']);
  });

  test('another alert of the group, and the same one firing anew, join the open run', async () => {
    const { runId } = await one(alert('HighErrors'));
    expect(await one(alert('Latency'))).toMatchObject({ status: 'accepted', runId });
    expect(await one(alert('HighErrors', 'firing', { startsAt: T2 }))).toMatchObject({ status: 'accepted', runId });
    expect((await belay.kinds(runId ?? '')).filter((kind) => kind === 'alert.joined')).toHaveLength(2);
  });

  test('a group that spans two workloads is two incidents; so is one group of two sources', async () => {
    const labels = { alertname: 'HighErrors', namespace: 'shop', deployment: 'cart' };
    const runs = await deliver([
      alert('a'),
      alert('b', 'firing', { labels }),
      alert('a', 'firing', { source: 'grafana' }),
    ]);
    expect(new Set(runs.map((receipt) => receipt.runId)).size).toBe(3);
  });

  describe('resolved', () => {
    test('is told to the run only once none of its alerts fires any more', async () => {
      const { runId } = await one(alert('HighErrors'));
      const run = runId ?? '';
      await one(alert('Latency'));
      const before = await wakes(run);
      expect(await one(alert('HighErrors', 'resolved'))).toMatchObject({ status: 'accepted', runId });
      expect(await news(run)).toMatchObject({ alertResolved: false });
      expect(await wakes(run)).toBe(before);
      await one(alert('Latency', 'resolved'));
      expect(await news(run)).toMatchObject({ alertResolved: true });
      expect(await wakes(run)).toBe(before + 1);
    });

    test('all in one delivery tells the run once', async () => {
      const { runId } = await one(alert('a'));
      await deliver([alert('b'), alert('c')]);
      const before = await wakes(runId ?? '');
      await deliver([alert('a', 'resolved'), alert('b', 'resolved'), alert('c', 'resolved')]);
      expect(await wakes(runId ?? '')).toBe(before + 1);
    });

    test('and firing again while the run is open takes it back', async () => {
      const { runId } = await one(alert('HighErrors'));
      await one(alert('HighErrors', 'resolved'));
      await one(alert('HighErrors', 'firing', { startsAt: T2 }));
      expect(await news(runId ?? '')).toMatchObject({ alertResolved: false });
      await one(alert('HighErrors', 'resolved', { startsAt: T2 }));
      expect(await news(runId ?? '')).toMatchObject({ alertResolved: true });
    });

    test('of the latest firing is enough, though the end of an earlier one was never delivered', async () => {
      const { runId } = await one(alert('HighErrors'));
      await one(alert('HighErrors', 'firing', { startsAt: T2 }));
      await one(alert('HighErrors', 'resolved', { startsAt: T2 }));
      expect(await news(runId ?? '')).toMatchObject({ alertResolved: true });
    });

    test('of an earlier firing says nothing of the latest', async () => {
      const { runId } = await one(alert('HighErrors'));
      await one(alert('HighErrors', 'firing', { startsAt: T2 }));
      await one(alert('HighErrors', 'resolved'));
      expect(await news(runId ?? '')).toMatchObject({ alertResolved: false });
    });

    test('before it fired (the deliveries overtook each other) starts nothing, then or later', async () => {
      const before = await runsNow();
      expect(await one(alert('HighErrors', 'resolved'))).toMatchObject({ status: 'ignored', runId: null });
      expect(await one(alert('HighErrors'))).toMatchObject({ status: 'ignored', runId: null });
      expect(await one(alert('HighErrors'))).toMatchObject({ status: 'duplicate', runId: null });
      expect(await runsNow()).toBe(before);
      expect(await one(alert('HighErrors', 'firing', { startsAt: T2 }))).toMatchObject({ status: 'accepted' });
    });

    test('without a route is still told to its run; after the run is over it is ignored', async () => {
      const { runId } = await one(alert('HighErrors'));
      expect(await unrouted(alert('HighErrors', 'resolved'))).toMatchObject({ status: 'accepted', runId });
      const other = await one(alert('HighErrors', 'firing', { startsAt: T2 }));
      await belay.authority.finish({ ...(await begin(other.runId ?? '')), outcome: 'fixed', summary: 'done' });
      expect(await one(alert('HighErrors', 'resolved', { startsAt: T2 }))).toMatchObject({ status: 'ignored' });
    });
  });

  test.each(['finish', 'abandon'] as const)(
    'a new incident after the run is over (%s) starts a new run',
    async (end) => {
      const first = await one(alert('HighErrors'));
      const of = await begin(first.runId ?? '');
      if (end === 'finish') await belay.authority.finish({ ...of, outcome: 'fixed', summary: 'done' });
      else await belay.authority.abandon({ ...of, state: 'failed', message: 'a bug' });
      // The monitoring repeats itself: the old incident, and no new one, unless its run ended without an answer.
      if (end === 'finish')
        expect(await one(alert('HighErrors'))).toMatchObject({ status: 'duplicate', runId: first.runId });
      const second = await one(alert('HighErrors', 'firing', { startsAt: T2 }));
      expect(second.status).toBe('accepted');
      expect(second.runId).not.toBe(first.runId);
      const [a, b] = [await belay.doors.run(first.runId ?? ''), await belay.doors.run(second.runId ?? '')];
      expect(b?.workflowId).toBe(a?.workflowId);
    },
  );

  test('an alert that still fires when its run failed or found nothing out is looked at again', async () => {
    const first = await one(alert('HighErrors'));
    const of = await begin(first.runId ?? '');
    await belay.authority.finish({ ...of, outcome: 'inconclusive', summary: 'the cluster was away' });
    const again = await one(alert('HighErrors'));
    expect(again).toMatchObject({ status: 'accepted' });
    expect(again.runId).not.toBe(first.runId);
    expect(await one(alert('HighErrors'))).toMatchObject({ status: 'duplicate', runId: again.runId });
  });

  test('deliveries of one new incident, five at once, start one run; this 20 times', async () => {
    for (let at = 0; at < 20; at += 1) {
      incident += 1;
      group = `race ${incident}`;
      const receipts = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => one(alert(name))));
      expect(new Set(receipts.map((receipt) => receipt.runId)).size).toBe(1);
      expect(receipts.every((receipt) => receipt.status === 'accepted')).toBe(true);
    }
  });

  test('two deliveries that name the same two incidents in opposite order are both taken; this 10 times', async () => {
    for (let at = 0; at < 10; at += 1) {
      incident += 1;
      const [x, y] = [`x ${incident}`, `y ${incident}`];
      const both = (name: string) => [
        alert(`${name}x`, 'firing', { group: x }),
        alert(`${name}y`, 'firing', { group: y }),
      ];
      const [a, b] = await Promise.all([deliver(both('1')), deliver(both('2').toReversed())]);
      expect(new Set([...(a ?? []), ...(b ?? [])].map((receipt) => receipt.runId)).size).toBe(2);
    }
  });

  describe('are stored and ignored, and start nothing,', () => {
    test.each<[string, (given: Alert) => Alert, AlertRoute | undefined, RegExp]>([
      ['without a route', (given) => given, undefined, /no route/],
      [
        'without the labels that the runbook needs',
        (given) => ({ ...given, labels: { alertname: 'x' } }),
        ROUTE,
        /no label namespace/,
      ],
      ['with no labels at all', (given) => ({ ...given, labels: {} }), ROUTE, /no label deployment or workload/],
      [
        'with an empty label',
        (given) => ({ ...given, labels: { namespace: '', deployment: 'x' } }),
        ROUTE,
        /no label namespace/,
      ],
      [
        'routed to a runbook that is not there',
        (given) => given,
        { ...ROUTE, runbook: 'remediation/unknown' },
        /not in the manifest/,
      ],
      [
        'routed with input the runbook does not know',
        (given) => given,
        { ...ROUTE, input: { speed: 9 } },
        /speed is not an input/,
      ],
      [
        'routed with input of the wrong type',
        (given) => given,
        { ...ROUTE, input: { wait: 'long' } },
        /wait must be integer/,
      ],
    ])('%s, and the receipt says why', async (_, change, route, why) => {
      const before = await runsNow();
      const [receipt] = await belay.doors.receiveAlerts([{ alert: change(alert('HighErrors')), route }]);
      expect(receipt).toMatchObject({ status: 'ignored', runId: null, reason: expect.stringMatching(why) });
      expect(await runsNow()).toBe(before);
      expect(
        await belay.db
          .selectFrom('alerts')
          .select('id')
          .where('id', '=', receipt?.id ?? '')
          .execute(),
      ).toHaveLength(1);
    });

    test('but are looked at anew when they come again and there is a route by then', async () => {
      const before = await unrouted(alert('HighErrors'));
      expect(await unrouted(alert('HighErrors'))).toMatchObject({ id: before?.id, status: 'duplicate', runId: null });
      const after = await one(alert('HighErrors'));
      expect(after).toMatchObject({ id: before?.id, status: 'accepted' });
      expect(await one(alert('HighErrors'))).toEqual({ ...after, status: 'duplicate' });
    });
  });

  test('a route fills in what the labels do not say, and its mode is the run’s', async () => {
    const route: AlertRoute = { ...ROUTE, mode: 'observe', input: { wait: 5, name: 'cart' } };
    const { runId } = await one(alert('HighErrors'), route);
    expect(await belay.doors.run(runId ?? '')).toMatchObject({ mode: 'observe', input: { wait: 5, name: 'cart' } });
  });

  test('200 of them in one delivery are one run, and a delivery that cannot be stored is not stored in part', async () => {
    const many = Array.from({ length: 200 }, (_, at) => alert(`a${at}`));
    const receipts = await deliver(many);
    expect(new Set(receipts.map((receipt) => receipt.runId)).size).toBe(1);
    expect(receipts.filter((receipt) => receipt.status === 'accepted')).toHaveLength(200);
    expect(receipts.map((receipt) => receipt.fingerprint)).toEqual(many.map((given) => given.fingerprint));
    incident += 1;
    group = `broken ${incident}`;
    const before = await runsNow();
    // PostgreSQL cannot keep a NUL; the hooks door cleans labels before they come here.
    await expect(deliver([alert('good'), alert('bad', 'firing', { labels: { alertname: '\0' } })])).rejects.toThrow();
    expect(await runsNow()).toBe(before);
  });

  test('an alert whose name is too long for a person names the requester all the same', async () => {
    const labels = { alertname: 'x'.repeat(500), namespace: 'shop', deployment: `long-${incident}` };
    const { runId } = await one(alert('long', 'firing', { labels }));
    const run = await belay.doors.run(runId ?? '');
    expect(run?.requester.name.length).toBeLessThanOrEqual(200);
  });

  test('nobody is the alert: a run that an alert asked for is decided by an approver like any other', async () => {
    const { runId } = await one(alert('HighErrors'));
    const of = await begin(runId ?? '');
    await belay.authority.begin(of);
    const { id } = await belay.preview(of);
    const gate = await belay.openGate(of, [{ id: 'a', title: 'a', recommended: true, actions: [id] }]);
    expect(await belay.decide({ gate: gate.id, digest: gate.digest }, ANN)).toMatchObject({ complete: true });
  });
});
