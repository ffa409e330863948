import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { chainRoot, entryHash, type LedgerEntry } from '../../../src/domain/ledger.ts';
import { newPrivateKeyPem, signingKeyFrom } from '../../../src/authority/keys/signing-key.ts';
import { verifyLedger } from '../../../src/authority/ledger/verify.ts';
import { stepText } from '../../../src/authority/runs/step-text.ts';
import { ANN, type Asked, type AuthorityFixture, startAuthority } from '../../support/authority-fixture.ts';
import { describeReal } from '../../support/parts.ts';
import { tamper as tamperWith } from '../../support/tamper.ts';

describeReal('the ledger', ['postgres'], () => {
  let belay: AuthorityFixture;
  let story: Asked;
  /** A whole run: asked, approved, done, finished. */
  const tell = async (): Promise<Asked> => {
    const asked = await belay.approved();
    await belay.grant(asked.action);
    await belay.record(asked.action, 1);
    await belay.authority.finish({ ...asked, outcome: 'fixed', summary: 'done' });
    return asked;
  };
  const tamper = (statement: string) => tamperWith(belay.db, statement);

  describe('that nobody touched', () => {
    beforeAll(async () => {
      belay = await startAuthority();
      story = await tell();
    });
    afterAll(() => belay.close());

    test('verifies, counts runs and entries, and says what it cannot show', async () => {
      const entries = await belay.doors.ledger(story.run);
      const report = await belay.doors.verifyLedger();
      expect(report).toMatchObject({ ok: true, runs: 1, entries: entries.length, problems: [] });
      expect(report.caveats).toEqual([expect.stringContaining('not anchored')]);
    });

    test('tells the story in order, numbered without gaps, each entry with a line for people', async () => {
      const entries = await belay.doors.ledger(story.run);
      expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, at) => at + 1));
      expect(entries.map((entry) => entry.kind)).toEqual([
        'run.registered',
        'run.bound',
        'action.previewed',
        'plan.proposed',
        'gate.opened',
        'decision.recorded',
        'gate.decided',
        'action.intended',
        'action.executed',
        'run.finished',
      ]);
      for (const entry of entries) expect(stepText(entry).trim()).not.toBe('');
      expect((await belay.doors.steps(story.run, 8)).map((step) => step.seq)).toEqual([9, 10]);
      const text = await belay.doors.postmortem(story.run);
      expect(text).toContain('# Bad deploy: deployment checkout in shop');
      expect(text).toContain(entries.at(-1)?.hash);
    });

    test('verifies while it is being written: what comes meanwhile is no forgery', async () => {
      const writing = Array.from({ length: 15 }, () => tell());
      const reports = await Promise.all(Array.from({ length: 15 }, () => belay.doors.verifyLedger()));
      await Promise.all(writing);
      for (const report of reports) expect(report.problems).toEqual([]);
    });

    test('of one run takes 30 entries at once without a gap', async () => {
      const of = await belay.startRun();
      await Promise.all(
        Array.from({ length: 30 }, (_, at) => belay.authority.foreignSignal({ ...of, name: `signal ${at}` })),
      );
      expect(await belay.doors.verifyLedger()).toMatchObject({ ok: true });
      expect((await belay.kinds(of.run)).filter((kind) => kind === 'signal.foreign')).toHaveLength(30);
    });

    test.each([
      ['update', "update ledger set kind = 'run.note'"],
      ['update of nothing', "update ledger set kind = 'run.note' where false"],
      ['delete', 'delete from ledger'],
      ['truncate', 'truncate ledger'],
    ])('cannot be changed by %s, whoever asks', async (_, statement) => {
      await expect(sql.raw(statement).execute(belay.db)).rejects.toThrow('append-only');
      expect(await belay.doors.verifyLedger()).toMatchObject({ ok: true });
    });

    test('of a key that is another says so of every decision', async () => {
      const other = signingKeyFrom(newPrivateKeyPem());
      const report = await verifyLedger({ ...belay.context, key: other });
      expect(report.ok).toBe(false);
      expect(report.problems.every((problem) => problem.includes("decision's signature does not hold"))).toBe(true);
    });
  });

  describe('that was tampered with names run and entry:', () => {
    beforeEach(async () => {
      belay = await startAuthority();
      // The one before and the one after stay whole.
      await tell();
      story = await tell();
      await tell();
    });
    afterEach(() => belay.close());

    const at = (seq: number) => `where run = '${story.run}' and seq = ${seq}`;

    test.each<[string, () => string[], number]>([
      ['an edited body', () => [`update ledger set body = '{"text":"nothing"}' ${at(6)}`], 6],
      ['a body that is no JSON', () => [`update ledger set body = 'x' ${at(6)}`], 6],
      ['a body that only looks different', () => [`update ledger set body = body || ' ' ${at(5)}`], 5],
      [
        'a body with a key twice, of which readers see another',
        () => [`update ledger set body = '{"execution":"forged",' || substr(body, 2) ${at(2)}`],
        2,
      ],
      ['an edited time', () => [`update ledger set at = '2020-01-01T00:00:00.000Z' ${at(7)}`], 7],
      ['an edited kind', () => [`update ledger set kind = 'run.note' ${at(9)}`], 9],
      ['an edited hash', () => [`update ledger set hash = '${chainRoot('x')}' ${at(4)}`], 4],
      ['a removed entry', () => [`delete from ledger ${at(3)}`], 3],
      [
        'a removed entry, the rest renumbered',
        () => [
          `delete from ledger ${at(3)}`,
          `update ledger set seq = seq + 1000 where run = '${story.run}' and seq > 3`,
          `update ledger set seq = seq - 1001 where run = '${story.run}' and seq > 3`,
        ],
        3,
      ],
      [
        'two entries that changed places',
        () => [
          `update ledger set seq = 1000 ${at(5)}`,
          `update ledger set seq = 5 ${at(6)}`,
          `update ledger set seq = 6 ${at(1000)}`,
        ],
        5,
      ],
      [
        'an inserted entry',
        () => [
          `update ledger set seq = seq + 1000 where run = '${story.run}' and seq > 4`,
          `update ledger set seq = seq - 999 where run = '${story.run}' and seq > 1000`,
          `insert into ledger select run, 5, kind, at, body, prev, hash from ledger ${at(4)}`,
        ],
        5,
      ],
      [
        'an entry of another run put in its place',
        () => [
          `update ledger set (kind, at, body, prev, hash) = (select kind, at, body, prev, hash from ledger
             where run <> '${story.run}' and seq = 6 limit 1) ${at(6)}`,
        ],
        6,
      ],
    ])('%s', async (_, statements, entry) => {
      for (const statement of statements()) await tamper(statement);
      const { ok, problems } = await belay.doors.verifyLedger();
      expect(ok).toBe(false);
      expect(problems[0]).toMatch(new RegExp(`^run ${story.run}, entry ${entry}\\b`));
      expect(problems.every((problem) => problem.includes(story.run))).toBe(true);
    });

    test.each<[string, () => string, RegExp]>([
      ['a removed tail', () => `delete from ledger where run = '${story.run}' and seq > 8`, /removed from its end/],
      ['all entries removed', () => `delete from ledger where run = '${story.run}'`, /removed from its end/],
      ['a removed head', () => `delete from ledger_heads where run = '${story.run}'`, /head was removed/],
      [
        'a head turned back',
        () => `update ledger_heads set seq = 3 where run = '${story.run}'`,
        /head says 3|head was changed/,
      ],
    ])('%s', async (_, statement, said) => {
      await tamper(statement());
      const { ok, problems } = await belay.doors.verifyLedger();
      expect(ok).toBe(false);
      expect(problems[0]).toMatch(new RegExp(`run ${story.run}.*${said.source}`));
      expect(problems.filter((problem) => !problem.includes(story.run))).toEqual([]);
    });

    test('a run without any record: entries and head removed', async () => {
      await tamper(`delete from ledger where run = '${story.run}'`);
      await tamper(`delete from ledger_heads where run = '${story.run}'`);
      const { problems } = await belay.doors.verifyLedger();
      expect(problems[0]).toBe(`run ${story.run}: it is registered and has no record; its entries were removed`);
      expect(problems.filter((problem) => !problem.includes(story.run))).toEqual([]);
    });

    test('a decision forged by somebody who hashed the whole chain again: the signature is not theirs to make', async () => {
      let prev = chainRoot(story.run);
      const forged: LedgerEntry[] = (await belay.doors.ledger(story.run)).map((entry) => {
        const body =
          entry.kind === 'decision.recorded' ? { ...entry.body, person: { ...ANN, id: 'local:eve' } } : entry.body;
        const changed = { ...entry, body, prev };
        prev = entryHash(changed);
        return { ...changed, hash: prev };
      });
      await tamper(`delete from ledger where run = '${story.run}'`);
      for (const { run, seq, kind, at: time, body, prev: before, hash } of forged)
        await belay.db
          .insertInto('ledger')
          .values({ run, seq, kind, at: time, body: JSON.stringify(body), prev: before, hash })
          .execute();
      await tamper(`update ledger_heads set hash = '${prev}' where run = '${story.run}'`);
      const { ok, problems } = await belay.doors.verifyLedger();
      expect(ok).toBe(false);
      expect(problems.some((problem) => /entry 6.*signature does not hold/.test(problem))).toBe(true);
    });
  });
});
