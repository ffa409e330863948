import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ANN, type AuthorityFixture, REQUESTER, startAuthority } from '../support/authority-fixture.ts';
import { describeReal } from '../support/parts.ts';

// Assembled here, so that scanners of this repository find no secret in it.
const SECRET = ['ghp', '_1234567890abcdefghijklmnopqrstuvwxyz'].join('');

describeReal('an argument that looks like a secret', ['postgres'], () => {
  let belay: AuthorityFixture;
  beforeAll(async () => {
    belay = await startAuthority();
  });
  afterAll(() => belay.close());

  /** Everything that is kept, as text. */
  const kept = async (): Promise<string> => {
    const { db } = belay;
    const tables = ['runs', 'actions', 'gates', 'decisions', 'ledger', 'outbox', 'idempotency_keys'] as const;
    const rows = await Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
    return JSON.stringify(rows);
  };

  test('starts no run, is previewed as no action and is asked for by no edit; nothing that is kept holds it', async () => {
    const input = { namespace: 'shop', name: SECRET };
    const start = await belay.doors.start({ runbook: 'remediation/bad-deploy', input }, REQUESTER, 'key');
    expect(start).toMatchObject({ answer: 'invalid', problems: [{ field: 'name' }] });

    const of = await belay.startRun();
    await expect(belay.preview(of, 1, { args: { revision: 3, note: `use ${SECRET}` } })).rejects.toMatchObject({
      type: 'stop.invalid-input',
      message: expect.stringContaining('args.note'),
    });

    const asked = await belay.ask();
    const edit = await belay.decide(asked, ANN, 'edit', { args: { revision: 3, note: SECRET } });
    expect(edit).toMatchObject({ answer: 'refused', why: 'invalid', message: expect.stringContaining('args.note') });
    expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'open' });

    const all = await kept();
    expect(all).toContain(asked.action);
    expect(all).not.toContain(SECRET);
    expect(JSON.stringify([start, edit])).not.toContain(SECRET);
    // By its name it may be asked for: whoever has the value is the tools worker alone.
    await expect(
      belay.preview(of, 1, { args: { revision: 3, note: 'secret://deploy-token' } }),
    ).resolves.toHaveProperty('id');
  });
});
