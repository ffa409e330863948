import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { adoptKey } from '../../../src/authority/keys/adopt-key.ts';
import { newPrivateKeyPem, signingKeyFrom } from '../../../src/authority/keys/signing-key.ts';
import { SYSTEM_CHAIN } from '../../../src/domain/ledger.ts';
import { ANN, type AuthorityFixture, startAuthority } from '../../support/authority-fixture.ts';
import { describeReal } from '../../support/parts.ts';

describeReal('a change of the signing key', ['postgres'], () => {
  const first = newPrivateKeyPem();
  const old = signingKeyFrom(first);
  const next = newPrivateKeyPem();
  let belay: AuthorityFixture;
  beforeAll(async () => void (belay = await startAuthority({ key: old })));
  afterAll(() => belay.close());

  const entries = async () =>
    (await belay.doors.ledger(SYSTEM_CHAIN))
      .filter(({ kind }) => kind.startsWith('key.'))
      .map(({ kind, body }) => [kind, body['keyId'], body['believed']]);
  const start = (key: typeof old) => adoptKey({ ...belay.context, key });

  test('is on record once, with a number, however often the server starts', async () => {
    expect(await start(old)).toEqual({ adopted: true });
    expect(await start(old)).toEqual({ adopted: false });
    const key = signingKeyFrom(next, [old.publicKeyPem]);
    expect(await start(key)).toEqual({ adopted: true });
    expect(await start(key)).toEqual({ adopted: false });
    expect(await entries()).toEqual([
      ['key.adopted', old.keyId, undefined],
      ['key.retired', old.keyId, true],
      ['key.adopted', key.keyId, undefined],
    ]);
    const numbered = await belay.db
      .selectFrom('sequence')
      .select('subject')
      .where('kind', 'in', ['key.adopted', 'key.retired'])
      .execute();
    expect(numbered.map(({ subject }) => subject)).toEqual([old.keyId, old.keyId, key.keyId]);
  });

  test('to one that does not know the key before is said: nothing that one signed counts', async () => {
    const stranger = signingKeyFrom(newPrivateKeyPem());
    expect(await start(stranger)).toEqual({ adopted: true, unknown: signingKeyFrom(next).keyId });
  });

  test('leaves an approval that the retired key signed as good as it was', async () => {
    const asked = await belay.approved();
    const rotated = signingKeyFrom(next, [old.publicKeyPem]);
    const again = await startAuthority({ url: belay.url, key: rotated });
    expect(await again.grant(asked.action)).toMatchObject({ answer: 'granted' });
    await again.close();
  });

  test('to a key that only the database knows opens nothing: its decisions are refused as forged', async () => {
    const asked = await belay.approved();
    const forger = signingKeyFrom(newPrivateKeyPem());
    // The database's own word that a key was adopted is no reason to believe it.
    await adoptKey({ ...belay.context, key: forger });
    const row = await belay.db
      .selectFrom('decisions')
      .selectAll()
      .where('gate', '=', asked.gate)
      .executeTakeFirstOrThrow();
    const record = { ...row.record, keyId: forger.keyId };
    const { signature: _, ...unsigned } = record;
    const forged = { ...record, signature: forger.sign({ type: 'belay/decision', ...unsigned }) };
    await belay.db
      .updateTable('decisions')
      .set({ record: JSON.stringify(forged) })
      .where('gate', '=', asked.gate)
      .execute();
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'bad-signature' });
    expect((await belay.decide(asked, ANN)).answer).not.toBe('recorded');
  });
});
