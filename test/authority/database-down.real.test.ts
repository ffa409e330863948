import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Alert } from '../../src/domain/alert.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { ANN, type Asked, type AuthorityFixture, OBSERVED, startAuthority } from '../support/authority-fixture.ts';
import { freePort } from '../support/free-ports.ts';
import { describeReal } from '../support/parts.ts';
import { createDatabase, type RunningPostgres, startPostgres } from '../support/start-postgres.ts';
import { migrate } from '../../src/platform/database/migrate.ts';

const alert: Alert = {
  source: 'alertmanager',
  fingerprint: 'f',
  group: 'g',
  status: 'firing',
  labels: {},
  annotations: {},
  startsAt: '2026-03-01T11:00:00.000Z',
  endsAt: null,
  generatorUrl: null,
};

/** Every door and a call of every kind, so that none forgets to say what is wrong. */
const attempts: Record<string, (belay: AuthorityFixture, asked: Asked) => Promise<unknown>> = {
  start: ({ doors }) =>
    doors.start({ runbook: 'remediation/bad-deploy', input: { namespace: 'a', name: 'b' } }, ANN, 'k'),
  run: ({ doors }, { run }) => doors.run(run),
  runs: ({ doors }) => doors.runs(),
  steps: ({ doors }, { run }) => doors.steps(run),
  cancel: ({ doors }, { run }) => doors.cancel(run, ANN, 'x'),
  gate: ({ doors }, { gate }) => doors.gate(gate),
  gates: ({ doors }) => doors.gates({ state: 'open' }),
  decide: ({ doors }, { gate, digest }) => doors.decide(gate, { decision: 'approve', digest }, ANN),
  ledger: ({ doors }, { run }) => doors.ledger(run),
  verifyLedger: ({ doors }) => doors.verifyLedger(),
  postmortem: ({ doors }, { run }) => doors.postmortem(run),
  blob: ({ doors }) => doors.blob(`blob:${'0'.repeat(64)}`),
  receiveAlerts: ({ doors }) => doors.receiveAlerts([{ alert, route: undefined }]),
  begin: ({ authority }, asked) => authority.begin(asked),
  grant: ({ authority }, { action }) =>
    authority.grant({ action, phase: 'execute', toolSchemaHash: digestOf('x'), observed: OBSERVED }),
  outcome: ({ record }, { action }) => record(action, 1),
  putBlob: ({ authority }) => authority.putBlob({ content: 'x', mediaType: 'text/plain', summary: '' }),
};

const unreachable = { name: 'Failure', type: 'retry.unreachable' };
const nobody: Asked = {
  run: 'r-aaaaaaaa',
  execution: randomUUID(),
  action: 'r-aaaaaaaa/1',
  gate: 'g-aaaaaa',
  digest: digestOf(1),
};

describeReal('while the database is down', ['postgres'], () => {
  describe('and was never there', () => {
    let belay: AuthorityFixture;
    beforeAll(async () => {
      belay = await startAuthority({ url: `postgres://nobody@127.0.0.1:${await freePort()}/nothing` });
    });
    afterAll(() => belay.close());

    test.each(Object.entries(attempts))('%s says that it may be tried again', async (_, attempt) => {
      await expect(attempt(belay, nobody)).rejects.toMatchObject({ ...unreachable, retryAfterMs: expect.any(Number) });
    });

    test('it is not ready', async () => {
      expect(await belay.doors.ready()).toBe(false);
    });
  });

  describe('and was there a moment ago', () => {
    let server: RunningPostgres;
    let belay: AuthorityFixture;
    let asked: Asked;
    beforeAll(async () => {
      server = await startPostgres();
      const url = await createDatabase(server.url);
      await migrate(url);
      belay = await startAuthority({ url });
      asked = await belay.approved();
      expect(await belay.doors.ready()).toBe(true);
      // A call that is under way when the server goes away is answered the same way.
      const underWay = Promise.allSettled(Array.from({ length: 40 }, () => belay.grant(asked.action)));
      await server.stop();
      const broken = (await underWay).filter((one) => one.status === 'rejected');
      for (const { reason } of broken) expect(reason).toMatchObject(unreachable);
    });
    afterAll(async () => {
      await belay.close();
      await server.stop();
    });

    test.each(Object.entries(attempts))('%s says that it may be tried again', async (_, attempt) => {
      await expect(attempt(belay, asked)).rejects.toMatchObject(unreachable);
    });

    test('it is not ready', async () => {
      expect(await belay.doors.ready()).toBe(false);
    });
  });
});
