import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { AuthorityContext } from '../../../src/authority/context.ts';
import { gateRecordProblem } from '../../../src/authority/ledger/gate-record.ts';
import { seenFrom } from '../../../src/authority/ledger/seen.ts';
import { nextNumber, sequenceProblem } from '../../../src/authority/ledger/sequence.ts';
import { verifiedSequence } from '../../../src/authority/ledger/verified-sequence.ts';
import { decisionsOn } from '../../../src/authority/gates/decisions-on.ts';
import { numberedHash } from '../../../src/domain/sequence.ts';
import type { Trx } from '../../../src/platform/database/connect.ts';
import { ANN, type Asked, type AuthorityFixture, BOB, startAuthority } from '../../support/authority-fixture.ts';
import { describeReal } from '../../support/parts.ts';
import { tamper } from '../../support/tamper.ts';

describeReal('the sequence', ['postgres'], () => {
  let belay: AuthorityFixture;
  let asked: Asked;
  /** Of the gate that was asked last: opened, approved. */
  let opened: number;
  let approved: number;

  beforeEach(async () => {
    belay = await startAuthority();
    await belay.approved();
    asked = await belay.approved();
    const rows = await belay.db.selectFrom('sequence').selectAll().where('subject', '=', asked.gate).execute();
    [opened = 0, approved = 0] = rows.map(({ number }) => number).toSorted((a, b) => a - b);
    await belay.approved();
    // From here on what is there is known, and only a look at the database can tell that it changed.
    await whole();
    await ofGate();
  });
  afterEach(() => belay.close());

  /** What is said by a Belay that read the sequence before, which is to be what one says that never did. */
  async function said(look: (trx: Trx, context: AuthorityContext) => Promise<string | undefined>) {
    const by = (context: AuthorityContext) => belay.db.transaction().execute((trx) => look(trx, context));
    const [known, anew] = [await by(belay.context), await by({ ...belay.context, verified: verifiedSequence() })];
    expect(known).toBe(anew);
    return known;
  }
  const whole = () => said(sequenceProblem);
  const ofGate = (gate = asked.gate) =>
    said(async (trx, context) => gateRecordProblem(trx, context, gate, await decisionsOn(trx, gate)));
  const deny = async () => {
    const { gate, digest, ...of } = await belay.ask();
    await belay.decide({ gate, digest }, BOB, 'deny', { reason: 'no' });
    return { gate, ...of };
  };

  test('of what nobody touched has no problem, and every gate on it stands', async () => {
    expect(await whole()).toBeUndefined();
    expect(await ofGate()).toBeUndefined();
  });

  test('numbers what happens at once without a gap and without a circle of waiting', async () => {
    const before = await belay.db.selectFrom('sequence_head').selectAll().executeTakeFirstOrThrow();
    const all = await Promise.all(Array.from({ length: 12 }, () => belay.ask()));
    await Promise.all(all.flatMap((one) => [belay.decide(one, ANN), belay.decide(one, BOB, 'deny', { reason: 'no' })]));
    await Promise.all(all.map((one) => belay.doors.cancel(one.run, ANN, 'stop')));
    expect(await whole()).toBeUndefined();
    const after = await belay.db.selectFrom('sequence_head').selectAll().executeTakeFirstOrThrow();
    // 12 opened, and each decided by one of the two at least.
    expect(after.number - before.number).toBeGreaterThanOrEqual(24);
  });

  test('is read as of one moment: what is written meanwhile is no gap', async () => {
    const [, ...problems] = await Promise.all([
      Promise.all(Array.from({ length: 10 }, () => belay.approved())),
      ...Array.from({ length: 40 }, whole),
    ]);
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  test('a transaction that fails gives its number back', async () => {
    const failing = belay.db.transaction().execute(async (trx) => {
      await nextNumber(trx, 'halt.begun', 'system', 'h-1');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await whole()).toBeUndefined();
  });

  test.each<[string, () => string, RegExp]>([
    ['a removed row', () => `delete from sequence where number = 2`, /number 2 .* missing/],
    ['a removed end', () => `delete from sequence where number = (select max(number) from sequence)`, /its end was/],
    ['an edited subject', () => `update sequence set subject = 'g-other' where number = 3`, /number 3 .* changed/],
    ['an edited kind', () => `update sequence set kind = 'gate.forced' where number = 3`, /number 3 .* changed/],
    ['a head turned back', () => 'update sequence_head set number = number - 1', /head/],
    ['a removed head', () => 'delete from sequence_head', /head says 0/],
    [
      'an inserted row',
      () => `insert into sequence select number + 1, kind, chain, subject, hash, hash from sequence
               where number = (select max(number) from sequence)`,
      /was changed after it was written/,
    ],
  ])('%s is found by every grant', async (_, statement, said) => {
    await tamper(belay.db, statement());
    expect(await whole()).toMatch(said);
  });

  test('an end that was taken off together with its head is found by whoever saw it', async () => {
    const context = { ...belay.context, seen: seenFrom(undefined) };
    const look = () => belay.db.transaction().execute((trx) => sequenceProblem(trx, context));
    expect(await look()).toBeUndefined();
    await tamper(belay.db, 'delete from sequence where number = (select max(number) from sequence)');
    await tamper(
      belay.db,
      'update sequence_head h set (number, hash) = (select number, hash from sequence order by number desc limit 1)',
    );
    // Nothing but what was seen speaks against it.
    expect(await whole()).toBeUndefined();
    expect(await look()).toMatch(/which this Belay saw, is gone/);
    await belay.approved();
    // Also when others have taken the number since.
    expect(await look()).toMatch(/which this Belay saw, is gone/);
  });

  test.each<[string, () => string, RegExp]>([
    ['a decision whose row is gone', () => `delete from decisions where gate = '${asked.gate}'`, /is gone/],
    ['a decision whose number is gone', () => `delete from sequence where number = ${approved}`, /missing/],
    [
      'a decision by another person than signed it',
      () =>
        `update decisions set record = jsonb_set(record, '{person,id}', '"local:eve"') where gate = '${asked.gate}'`,
      /local:eve .* does not carry the authority's signature/,
    ],
    [
      'a decision moved here from another gate',
      () => `update decisions set gate = '${asked.gate}', person = 'x' where gate <> '${asked.gate}'
               and seq = (select max(seq) from decisions)`,
      /does not carry/,
    ],
    [
      'an opening that is gone, so that nothing before could be missed',
      () => `delete from sequence where number = ${opened}`,
      /has no number/,
    ],
  ])('%s is found by the grant of that gate', async (_, statement, said) => {
    await tamper(belay.db, statement());
    expect(await ofGate()).toMatch(said);
  });

  test('a denial removed with its decision, its number and the state of its gate is found by the grant', async () => {
    const { gate } = await deny();
    await tamper(belay.db, `delete from sequence where subject = '${gate}' and kind = 'decision.recorded'`);
    await tamper(belay.db, `delete from decisions where gate = '${gate}'`);
    await tamper(belay.db, `update gates set state = 'approved', chosen = 'rollback' where id = '${gate}'`);
    expect(await ofGate(gate)).toMatch(/does not end where its head says/);
    // Also when something came after it.
    await belay.ask();
    expect(await ofGate(gate)).toMatch(/missing/);
  });

  test('a withdrawal stays: a gate put back to approved is still closed', async () => {
    await belay.authority.voidGate({ ...asked, reason: 'overtaken' });
    await tamper(belay.db, `update gates set state = 'approved' where id = '${asked.gate}'`);
    expect(await ofGate()).toMatch(/was closed by number \d+ \(gate.voided\)/);
  });

  test('a withdrawal that is given to another gate, hashed anew, breaks what follows it', async () => {
    await belay.authority.voidGate({ ...asked, reason: 'overtaken' });
    await belay.ask();
    const row = await belay.db
      .selectFrom('sequence')
      .selectAll()
      .where('kind', '=', 'gate.voided')
      .executeTakeFirstOrThrow();
    const changed = numberedHash({ ...row, subject: 'g-other' });
    await tamper(belay.db, `update sequence set subject = 'g-other', hash = '${changed}' where number = ${row.number}`);
    expect(await ofGate()).toMatch(new RegExp(`number ${row.number + 1} .* does not follow`));
  });

  test.each(['update sequence set kind = kind', 'delete from sequence where false', 'truncate sequence'])(
    'cannot be changed by "%s", whoever asks',
    async (statement) => {
      await expect(sql.raw(statement).execute(belay.db)).rejects.toThrow('append-only');
    },
  );
});
