import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Alert } from '../../src/domain/alert.ts';
import { type AuthorityFixture, startAuthority } from '../support/authority-fixture.ts';
import { describeReal } from '../support/parts.ts';

describeReal('an alert that names what is somebody else’s', ['postgres'], () => {
  let belay: AuthorityFixture;
  beforeAll(async () => {
    belay = await startAuthority();
  });
  afterAll(() => belay.close());

  const fire = async (changes: Partial<Alert>) => {
    const alert: Alert = {
      source: 'alertmanager',
      fingerprint: `f-${Math.random()}`,
      group: 'g',
      status: 'firing',
      labels: { alertname: 'x', namespace: 'shop', deployment: 'checkout' },
      annotations: {},
      startsAt: '2026-03-01T11:00:00.000Z',
      endsAt: null,
      generatorUrl: null,
      ...changes,
    };
    const route = { runbook: 'remediation/bad-deploy', mode: 'propose' as const, input: {} };
    const [receipt] = await belay.doors.receiveAlerts([{ alert, route }]);
    return await belay.doors.run(receipt?.runId ?? '');
  };

  test('in its group or a label starts a run of its own: it joins no run and addresses no workflow', async () => {
    const theirs = await belay.ask();
    const victim = await belay.doors.run(theirs.run);
    const victimAlert = await fire({ group: 'victim' });
    const known = [victim?.workflowId ?? '', victimAlert?.workflowId ?? '', theirs.run, theirs.gate];
    expect(known.every(Boolean)).toBe(true);
    const before = [await belay.kinds(theirs.run), await belay.kinds(victimAlert?.id ?? '')];
    for (const name of known) {
      for (const changes of [
        { group: name },
        { fingerprint: name },
        {
          group: `x ${name}`,
          labels: { alertname: name, namespace: 'shop', deployment: 'checkout', workflow: name, run: name },
        },
      ]) {
        const run = await fire({ group: `own ${Math.random()}`, ...changes });
        expect(run?.workflowId).toMatch(/^remediation\/bad-deploy\/alertmanager:[0-9a-f]{16}$/);
        expect(known).not.toContain(run?.workflowId);
        expect(known).not.toContain(run?.id);
      }
    }
    expect([await belay.kinds(theirs.run), await belay.kinds(victimAlert?.id ?? '')]).toEqual(before);
    expect(await belay.doors.gate(theirs.gate)).toMatchObject({ state: 'open', decisions: [] });
  });
});
