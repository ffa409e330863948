import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { directAuthority } from '../../src/authority/create-client.ts';
import { createDoors } from '../../src/authority/create-doors.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { OBSERVED, REQUESTER, startAuthority } from '../support/authority-fixture.ts';
import { describeReal } from '../support/parts.ts';

describeReal('belay up --observe', ['postgres'], () => {
  let belay: Awaited<ReturnType<typeof startAuthority>>;
  let observing: typeof belay.context;
  beforeAll(async () => {
    belay = await startAuthority();
    observing = { ...belay.context, observeOnly: true };
  });
  afterAll(async () => {
    await belay?.close();
  });
  const grantThere = (action: string) =>
    directAuthority(observing).grant({
      action,
      phase: 'execute',
      toolSchemaHash: digestOf('kubernetes.rollout_undo'),
      observed: OBSERVED,
    });

  test.each([{}, { mode: 'propose' as const }, { mode: 'observe' as const }])(
    'a run that a person starts with %j only looks',
    async (wanted) => {
      const doors = createDoors(observing);
      const request = { runbook: 'remediation/bad-deploy', input: { namespace: 'shop', name: 'checkout' }, ...wanted };
      const answer = await doors.start(request, REQUESTER);
      expect(answer.answer).toBe('registered');
      const run = answer.answer === 'registered' ? await doors.run(answer.run) : undefined;
      expect(run?.mode).toBe('observe');
    },
  );

  test('what was approved before on the same data is not carried out, and is once Belay runs without it', async () => {
    const asked = await belay.approved();
    expect(await grantThere(asked.action)).toMatchObject({ answer: 'refused', code: 'dry-run' });
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'granted' });
  });

  test('what was begun before is neither looked into nor repeated', async () => {
    const asked = await belay.approved();
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'granted' });
    belay.forward(3600_000);
    expect(await grantThere(asked.action)).toMatchObject({ answer: 'refused', code: 'dry-run' });
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'reconcile' });
  });
});
