import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { describeReal } from '../support/parts.ts';
import { type BelayPlace, belayPlace, type BelayUp, belayUp, decisionOn } from './belay-up.ts';

/** What a test kills: Belay's own process, whose servers then notice; or those first and at once, as a power cut does. */
const KILLS: [string, (belay: BelayUp) => void][] = [
  [
    'only Belay itself',
    (belay) => {
      for (const { pid, command } of belay.processes())
        if (command.includes('main.ts up')) process.kill(pid, 'SIGKILL');
    },
  ],
  [
    'Belay, its Temporal, its PostgreSQL and their watchers at once',
    (belay) => {
      for (const { pid } of belay.processes().toReversed()) process.kill(pid, 'SIGKILL');
    },
  ],
];

describeReal('kill -9 with an approval open, and again right after it is given', ['temporal'], () => {
  let place: BelayPlace;
  let sandbox: Sandbox;
  const started: BelayUp[] = [];
  beforeEach(async () => {
    place = await belayPlace({ DATABASE_URL: '' });
    sandbox = await startSandbox({ webhook: `${place.url}/hooks/alertmanager`, slack: false });
    place = { ...place, env: { ...place.env, KUBECONFIG: sandbox.kubeconfig, PROMETHEUS_URL: sandbox.prometheus } };
  }, 120_000);
  afterEach(async () => {
    for (const belay of started.splice(0)) await belay.end();
    await sandbox?.stop();
    place?.remove();
  }, 60_000);

  const up = async (): Promise<BelayUp> => {
    const belay = await belayUp(place);
    started.push(belay);
    return belay;
  };

  test.each(KILLS)(
    'of %s: the same approval is still open, what was decided stays decided, and there is one rollback',
    async (_, kill) => {
      const first = await up();
      sandbox.breakStory('bad-deploy');
      const gate = await first.openGate();
      kill(first);
      await first.ended;

      const second = await up();
      expect(await second.openGate()).toEqual(gate);
      const path = `/api/gates/${gate.id}/decisions`;
      const other = { ...decisionOn(gate, 'approve'), digest: `sha256:${'0'.repeat(64)}` };
      expect((await second.ask('POST', path, other)).status).toBe(409);
      expect(await second.ask('POST', path, decisionOn(gate, 'approve'))).toMatchObject({ status: 200 });
      kill(second);
      await second.ended;

      const third = await up();
      expect([200, 409]).toContain((await third.ask('POST', path, decisionOn(gate, 'approve'))).status);
      expect((await third.ask('POST', path, decisionOn(gate, 'deny'))).status).toBe(409);
      expect(await third.over(gate.run)).toMatchObject({ state: 'finished', outcome: 'fixed', verdict: 'healthy' });
      const kinds = (await third.ledger(gate.run)).map(({ kind }) => kind);
      for (const once of ['run.bound', 'gate.opened', 'decision.recorded', 'action.executed', 'run.finished'])
        expect(kinds.filter((kind) => kind === once)).toEqual([once]);
      // Revision 1 ran, 2 was the bad one, 3 is the rollback; a second rollback would have made a fourth.
      const checkout = sandbox.status().deployments.find(({ name }) => name === 'checkout');
      expect(checkout).toMatchObject({ revision: 3, ready: checkout?.desired });
      expect((await third.ask('GET', '/api/ledger/verify')).body).toMatchObject({ ok: true, problems: [] });
    },
    300_000,
  );
});
