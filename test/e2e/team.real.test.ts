import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startFlagServer } from '../examples/flag-server.ts';
import { describeReal } from '../support/parts.ts';
import { type BelayPlace, belayPlace, type BelayUp, belayUp, decisionOn } from './belay-up.ts';

describeReal("belay up in a team's own folder", ['temporal', 'postgres'], () => {
  let flags: Awaited<ReturnType<typeof startFlagServer>>;
  let place: BelayPlace;
  let belay: BelayUp;
  beforeAll(async () => {
    flags = await startFlagServer('new-checkout');
    const folder = join(import.meta.dirname, '../../examples/flags');
    place = await belayPlace({ FLAGS_URL: flags.url }, { cwd: folder });
    belay = await belayUp(place);
  }, 120_000);
  afterAll(async () => {
    await belay?.end();
    await flags?.stop();
    place?.remove();
  });

  test("lists the team's runbook beside those that ship, with its fields", async () => {
    const { body } = await belay.ask('GET', '/api/runbooks');
    expect(body).toMatchObject({
      runbooks: expect.arrayContaining([
        expect.objectContaining({ name: 'remediation/bad-deploy' }),
        expect.objectContaining({ name: 'remediation/kill-switch', title: 'Kill switch' }),
      ]),
    });
    const wrong = await belay.ask('POST', '/api/runs', { runbook: 'remediation/kill-switch', input: { flagg: 'x' } });
    expect(wrong.status).toBe(422);
    expect(JSON.stringify(wrong.body)).toContain('flagg');
  });

  test('runs it, inside the same approval, with the same record', async () => {
    const run = await belay.start({
      runbook: 'remediation/kill-switch',
      input: { flag: 'new-checkout', stabilise: '1s' },
    });
    const gate = await belay.openGate();
    expect(gate).toMatchObject({ run, options: [{ id: 'turn-off' }, { id: 'watch' }] });
    expect(flags.changes).toEqual([]);
    await belay.ask('POST', `/api/gates/${gate.id}/decisions`, decisionOn(gate, 'approve'));
    expect(await belay.over(run)).toMatchObject({ outcome: 'fixed', verdict: 'healthy' });
    expect(flags.flags.get('new-checkout')).toMatchObject({ enabled: false });
    expect((await belay.ledger(run)).filter(({ kind }) => kind === 'action.executed')).toHaveLength(1);
    expect((await belay.ask('GET', '/api/ledger/verify')).body).toMatchObject({ ok: true });
  }, 120_000);
});
