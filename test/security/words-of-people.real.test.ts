import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ANN, type AuthorityFixture, startAuthority } from '../support/authority-fixture.ts';
import { describeReal } from '../support/parts.ts';

const SECRET = `ghp_${'a1B2'.repeat(9)}`;

describeReal('a secret in what people and alerts say', ['postgres'], () => {
  let belay: AuthorityFixture;
  beforeAll(async () => {
    belay = await startAuthority();
  });
  afterAll(() => belay.close());

  const everything = async (run: string) =>
    JSON.stringify([
      await belay.doors.ledger(run),
      await belay.doors.run(run),
      await belay.doors.gates({ run }),
      await belay.db.selectFrom('alerts').selectAll().execute(),
      await belay.db.selectFrom('outbox').selectAll().execute(),
    ]);

  test('of an alert is taken out before anything is stored', async () => {
    const [receipt] = await belay.doors.receiveAlerts([
      {
        alert: {
          source: 'alertmanager',
          fingerprint: 'f1',
          group: 'g1',
          status: 'firing',
          labels: { alertname: 'HighErrors', namespace: 'shop', deployment: 'checkout' },
          annotations: { description: `it calls with Authorization: Bearer ${SECRET}` },
          startsAt: '2026-03-01T11:00:00.000Z',
          endsAt: null,
          generatorUrl: null,
        },
        route: { runbook: 'remediation/bad-deploy', mode: 'propose', input: {} },
      },
    ]);
    const stored = await everything(receipt?.runId ?? '');
    expect(stored).toContain('HighErrors');
    expect(stored).toContain('[redacted');
    expect(stored).not.toContain(SECRET);
  });

  test('of a decision refuses it, saying which field; of a cancel or a halt it is taken out, since stopping always works', async () => {
    const asked = await belay.ask();
    expect(await belay.decide(asked, ANN, 'deny', { reason: `not with ${SECRET}` })).toMatchObject({
      answer: 'refused',
      why: 'invalid',
      message: expect.stringContaining('reason'),
    });
    expect(await belay.doors.cancel(asked.run, ANN, `token ${SECRET} leaked`)).toBe('cancelling');
    const halted = await belay.doors.halt({ scope: { kind: 'all' }, undo: false, reason: `key ${SECRET}` }, ANN);
    expect(halted).toMatchObject({ answer: 'halted' });
    expect(JSON.stringify(halted)).not.toContain(SECRET);
    expect(await everything(asked.run)).not.toContain(SECRET);
  });
});
