import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { newPrivateKeyPem, signingKeyFrom } from '../../../src/authority/keys/signing-key.ts';
import { PasskeyRecord, signedPasskey } from '../../../src/authority/stepup/passkey-record.ts';
import { SYSTEM_CHAIN } from '../../../src/domain/ledger.ts';
import {
  ada,
  bob,
  directoryOfTest,
  type PasskeyAuthority,
  startPasskeyAuthority,
  stepUpBundle,
  terminal,
} from '../../support/passkey-authority.ts';
import { describeReal } from '../../support/parts.ts';
import { softwarePasskey, type Twist } from '../../support/software-passkey.ts';

describeReal('passkeys', ['postgres'], () => {
  let belay: PasskeyAuthority;
  beforeAll(async () => void (belay = await startPasskeyAuthority()));
  afterAll(() => belay.close());

  const begin = async (who = 'ada') => {
    const { code } = belay.good(await belay.passkeys.newCode(who, terminal));
    return { code, ...belay.good(await belay.passkeys.begin({ code })) };
  };
  const system = async (kind: string) =>
    (await belay.doors.ledger(SYSTEM_CHAIN)).filter((entry) => entry.kind === kind).map(({ body }) => body);
  const labels = async (of = ada) => (await belay.passkeys.list(of)).map(({ label }) => label);

  describe('a code from the terminal', () => {
    test('lets somebody add one, which is signed, numbered, on the ledger and told to the channel', async () => {
      expect(await belay.context.stepUp?.possible(belay.db)).toBe(false);
      const passkey = await belay.enrol('local:ada', 'first');
      const [record] = await belay.passkeys.list(ada);
      expect(record).toMatchObject({
        id: passkey.id,
        person: 'ada',
        label: 'first',
        by: { kind: 'code', from: 'local:root' },
      });
      expect(await system('passkey.added')).toEqual([record]);
      const numbers = await belay.db.selectFrom('sequence').selectAll().where('subject', '=', passkey.id).execute();
      expect(numbers).toMatchObject([{ kind: 'passkey.added', number: record?.number }]);
      const said = await belay.db.selectFrom('outbox').select('payload').where('topic', '=', 'announce').execute();
      expect(said.at(-1)?.payload).toMatchObject({ text: expect.stringContaining('ada has a new passkey, "first"') });
      expect(await belay.context.stepUp?.possible(belay.db)).toBe(true);
    });

    test.each(['web', 'api', 'slack'] as const)(
      'is given at the terminal alone: not through the %s door',
      async (door) => {
        expect(await belay.passkeys.newCode('ada', { ...ada, door })).toMatchObject({ status: 403 });
      },
    );

    test('is for somebody in the directory who is active', async () => {
      expect(await belay.passkeys.newCode('mallory', terminal)).toMatchObject({ status: 422 });
      belay.become(
        stepUpBundle({}, directoryOfTest({ bob: { name: 'Bob', identities: ['local:bob'], active: false } })),
      );
      expect(await belay.passkeys.newCode('bob', terminal)).toMatchObject({ status: 422 });
      belay.become(stepUpBundle());
    });

    test('is taken as a person types it, works once, and only for 15 minutes', async () => {
      const { code } = belay.good(await belay.passkeys.newCode('ada', terminal));
      const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}`;
      const { challenge, options } = belay.good(await belay.passkeys.begin({ code: typed }));
      const registration = softwarePasskey().create(options);
      belay.good(await belay.passkeys.add({ challenge, registration, label: 'once' }));
      expect(await belay.passkeys.begin({ code })).toMatchObject({ status: 401 });
      const { code: late } = belay.good(await belay.passkeys.newCode('ada', terminal));
      belay.forward(15 * 60_000);
      expect(await belay.passkeys.begin({ code: late })).toMatchObject({ status: 401 });
    });

    test('begun twice makes one passkey, not two', async () => {
      const first = await begin();
      const second = belay.good(await belay.passkeys.begin({ code: first.code }));
      const add = (of: typeof second) =>
        belay.passkeys.add({
          challenge: of.challenge,
          registration: softwarePasskey().create(of.options),
          label: 'twice',
        });
      const answers = await Promise.all([add(first), add(second)]);
      expect(answers.filter((answer) => 'refused' in answer)).toMatchObject([{ status: 401 }]);
      expect((await labels()).filter((label) => label === 'twice')).toHaveLength(1);
    });

    test('that a database admin puts into the table opens nothing', async () => {
      const code = '0123456789AB';
      for (const hash of [code, createHash('sha256').update(code).digest('base64url')])
        await belay.db
          .insertInto('enrolments')
          .values({ code_hash: hash, person: 'ada', by: 'local:root', expires_at: new Date(8e12), used_at: null })
          .execute();
      expect(await belay.passkeys.begin({ code })).toMatchObject({ status: 401 });
    });

    test('that a database admin gives to somebody else, or more time, opens nothing', async () => {
      const { code } = belay.good(await belay.passkeys.newCode('ada', terminal));
      await belay.db.updateTable('enrolments').set({ person: 'bob' }).execute();
      expect(await belay.passkeys.begin({ code })).toMatchObject({ status: 401 });
      const { code: longer } = belay.good(await belay.passkeys.newCode('ada', terminal));
      await belay.db
        .updateTable('enrolments')
        .set({ expires_at: new Date(8e12) })
        .execute();
      expect(await belay.passkeys.begin({ code: longer })).toMatchObject({ status: 401 });
    });
  });

  test.each<[string, Twist]>([
    ['another origin', { origin: 'http://evil.example' }],
    ['another site', { rpId: 'example.com' }],
    ['no user verification', { userVerified: false }],
    ['another challenge', { challenge: 'AAAA' }],
    ['the type of a sign-in', { type: 'webauthn.get' }],
  ])('a new passkey with %s is refused, and the ledger knows none', async (_, twist) => {
    const before = (await system('passkey.added')).length;
    const { challenge, options } = await begin();
    const registration = softwarePasskey().create(options, twist);
    expect(await belay.passkeys.add({ challenge, registration, label: 'x' })).toMatchObject({ status: 422 });
    expect(await system('passkey.added')).toHaveLength(before);
  });

  test('a new passkey needs its own challenge: none that signs in, and none that a database admin wrote', async () => {
    const { options } = await begin();
    const { challenge } = belay.good(await belay.passkeys.askSignIn());
    const registration = softwarePasskey().create(options);
    expect(await belay.passkeys.add({ challenge, registration, label: 'x' })).toMatchObject({ status: 401 });
    const statement = {
      type: 'belay/passkey-add',
      person: 'ada',
      by: { kind: 'passkey', passkey: 'x' },
      nonce: 'n',
      expires: new Date(8e12).toISOString(),
    };
    const row = { statement, keyId: belay.context.key.keyId, signature: 'AAAA' };
    await belay.db
      .insertInto('challenges')
      .values({ id: 'c-forged', statement: JSON.stringify(row), expires_at: new Date(8e12), used_at: null })
      .execute();
    const forged = await belay.passkeys.add({ challenge: 'c-forged', registration, label: 'x' });
    expect(forged).toMatchObject({ refused: expect.stringContaining('not made by Belay') });
  });

  describe('an existing one', () => {
    test('allows another of the same person, and the record says which', async () => {
      const older = await belay.enrol('ada', 'older');
      const asked = belay.good(await belay.passkeys.askAllow(ada));
      const { challenge, options } = belay.good(
        await belay.passkeys.begin({ challenge: asked.challenge, assertion: older.get(asked.options) }),
      );
      const registration = softwarePasskey().create(options);
      const record = belay.good(await belay.passkeys.add({ challenge, registration, label: 'newer' }));
      expect(record).toMatchObject({ person: 'ada', by: { kind: 'passkey', passkey: older.id } });
    });

    test('of somebody else allows nothing, and one that signs in allows nothing', async () => {
      const bobs = await belay.enrol('bob', 'bob');
      const asked = belay.good(await belay.passkeys.askAllow(ada));
      expect(
        await belay.passkeys.begin({ challenge: asked.challenge, assertion: bobs.get(asked.options) }),
      ).toMatchObject({ status: 401 });
      const signIn = belay.good(await belay.passkeys.askSignIn());
      expect(
        await belay.passkeys.begin({ challenge: signIn.challenge, assertion: bobs.get(signIn.options) }),
      ).toMatchObject({ status: 401 });
    });

    test('that is revoked meanwhile allows nothing', async () => {
      const older = await belay.enrol('ada', 'gone');
      const asked = belay.good(await belay.passkeys.askAllow(ada));
      const { challenge, options } = belay.good(
        await belay.passkeys.begin({ challenge: asked.challenge, assertion: older.get(asked.options) }),
      );
      await belay.passkeys.revoke(older.id, terminal, 'lost');
      const registration = softwarePasskey().create(options);
      expect(await belay.passkeys.add({ challenge, registration, label: 'x' })).toMatchObject({ status: 403 });
    });

    test('signs its person in by itself, by the first identity the directory has', async () => {
      const passkey = await belay.enrol('ada', 'sign-in');
      const { challenge, options } = belay.good(await belay.passkeys.askSignIn());
      expect(options['allowCredentials']).toEqual([]);
      const assertion = passkey.get(options);
      expect(await belay.passkeys.signIn({ challenge, assertion })).toEqual({ id: 'local:ada', name: 'Ada' });
      expect(await belay.passkeys.signIn({ challenge, assertion })).toMatchObject({ status: 401 });
    });

    test('does not sign in with what it said for a decision', async () => {
      const passkey = await belay.enrol('ada', 'decides');
      const asked = await belay.ask();
      const request = { decision: 'approve' as const, digest: asked.digest };
      const { proof } = await belay.confirmed(asked.gate, request, ada, passkey);
      const given = { challenge: proof?.challenge ?? '', assertion: proof?.assertion };
      expect(await belay.passkeys.signIn(given)).toMatchObject({ status: 401 });
    });
  });

  describe('revoking', () => {
    test('is for one’s own in a browser, for anybody’s at the terminal, by the beginning of the id too', async () => {
      const bobs = await belay.enrol('bob', 'of bob');
      expect(await belay.passkeys.revoke(bobs.id, ada, '')).toMatchObject({ status: 404 });
      expect(await belay.passkeys.revoke(bobs.id.slice(0, 7), terminal, '')).toMatchObject({ status: 404 });
      expect(await belay.passkeys.revoke(bobs.id.slice(0, 12), terminal, 'left')).toEqual({
        id: bobs.id,
        person: 'bob',
      });
      const entries = (await system('passkey.revoked')).filter(({ id }) => id === bobs.id);
      expect(entries).toMatchObject([{ person: 'bob', reason: 'left', by: { id: 'local:root' } }]);
      expect(await belay.passkeys.revoke(bobs.id, bob, 'again')).toEqual({ id: bobs.id, person: 'bob' });
      expect((await system('passkey.revoked')).filter(({ id }) => id === bobs.id)).toHaveLength(1);
    });
  });

  describe('a row by another hand', () => {
    const signIn = async (passkey: ReturnType<typeof softwarePasskey>) => {
      const { challenge, options } = belay.good(await belay.passkeys.askSignIn());
      return await belay.passkeys.signIn({ challenge, assertion: passkey.get(options) });
    };
    const rowOf = async (id: string) =>
      await belay.db.selectFrom('passkeys').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

    test('is no passkey when it was forged with another key', async () => {
      const passkey = await belay.enrol('bob', 'forged');
      const row = await rowOf(passkey.id);
      const forger = signingKeyFrom(newPrivateKeyPem());
      const record = PasskeyRecord.parse({ ...row.record, person: 'ada', keyId: forger.keyId });
      const forged = { ...record, signature: forger.sign(signedPasskey(record)) };
      await belay.db
        .updateTable('passkeys')
        .set({ person: 'ada', record: JSON.stringify(forged) })
        .where('id', '=', passkey.id)
        .execute();
      expect(await signIn(passkey)).toMatchObject({ status: 401 });
      expect(await labels()).not.toContain('forged');
    });

    test('is no passkey when it was moved to another person, or given another public key', async () => {
      const passkey = await belay.enrol('bob', 'moved');
      const { record } = await rowOf(passkey.id);
      for (const change of [
        { person: 'ada' },
        { person: 'ada', record: JSON.stringify({ ...record, person: 'ada' }) },
        { record: JSON.stringify({ ...record, publicKey: 'AAAA' }) },
      ]) {
        await belay.db.updateTable('passkeys').set(change).where('id', '=', passkey.id).execute();
        expect(await signIn(passkey)).toMatchObject({ status: 401 });
      }
    });

    test('stays revoked when a database admin clears that it was', async () => {
      const passkey = await belay.enrol('ada', 'revived');
      await belay.passkeys.revoke(passkey.id, terminal, 'lost');
      await belay.db.updateTable('passkeys').set({ revoked_at: null }).where('id', '=', passkey.id).execute();
      expect(await signIn(passkey)).toMatchObject({ status: 401 });
      expect(await labels()).not.toContain('revived');
    });

    test('a signed record that the sequence never numbered is no passkey', async () => {
      const passkey = await belay.enrol('ada', 'elsewhere');
      const other = await startPasskeyAuthority({ key: belay.context.key });
      const { record, person } = await rowOf(passkey.id);
      await other.db
        .insertInto('passkeys')
        .values({
          id: passkey.id,
          person,
          record: JSON.stringify(record),
          counter: 0,
          added_at: new Date(),
          revoked_at: null,
        })
        .execute();
      expect(await other.passkeys.list(ada)).toEqual([]);
      await other.close();
    });
  });
});
