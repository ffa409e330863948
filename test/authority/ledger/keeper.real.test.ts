import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { AuthorityContext } from '../../../src/authority/context.ts';
import { halt } from '../../../src/authority/halts/halt.ts';
import type { Anchor } from '../../../src/authority/ledger/anchors/anchor.ts';
import { fileAnchor } from '../../../src/authority/ledger/anchors/file-anchor.ts';
import { createKeeper, START_CHECK } from '../../../src/authority/ledger/keeper.ts';
import { seenFrom } from '../../../src/authority/ledger/seen.ts';
import { sealCheckpoint } from '../../../src/authority/ledger/seal.ts';
import { type Checkpoint, checkpointDigest, checkpointPart } from '../../../src/domain/checkpoint.ts';
import { ANN, type AuthorityFixture, BOB, startAuthority } from '../../support/authority-fixture.ts';
import { describeReal } from '../../support/parts.ts';
import { createDatabase } from '../../support/start-postgres.ts';
import { tamper } from '../../support/tamper.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

describeReal('keeping the ledger outside the database', ['postgres'], () => {
  let belay: AuthorityFixture;
  let folder: string;
  const stops: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    belay = await startAuthority();
    folder = temporaryFolder('keeper');
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop();
    await belay.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const pinPath = () => join(folder, 'ledger.pin');
  const pinned = () => JSON.parse(readFileSync(pinPath(), 'utf8'));
  /** A keeper as a server that starts now has one, with what it complained about. */
  function keeperOf(of: AuthorityFixture, anchors: readonly Anchor[] = []) {
    const context: AuthorityContext = { ...of.context, seen: seenFrom(undefined) };
    const errors: unknown[] = [];
    const keeper = createKeeper(context, {
      pinPath: pinPath(),
      anchors,
      halt: async (why) => {
        await halt(context, { scope: { kind: 'all' }, undo: false, reason: why.join(' ') }, START_CHECK);
      },
      onError: (error) => errors.push(error),
    });
    return { keeper, errors, context };
  }
  const memoryAnchor = (): Anchor & { kept: Checkpoint[]; fail?: string } => {
    const kept: Checkpoint[] = [];
    const anchor: Anchor & { kept: Checkpoint[]; fail?: string } = {
      name: 'memory',
      kept,
      write: async (checkpoint) => {
        if (anchor.fail) throw new Error(anchor.fail);
        kept.push(checkpoint);
      },
      latest: async () => kept.at(-1),
    };
    return anchor;
  };

  test('a checkpoint is signed, covers every chain, names the one before, and is sealed once per news', async () => {
    await belay.approved();
    const first = await sealCheckpoint(belay.context);
    const { entries } = await belay.doors.verifyLedger();
    expect(first).toMatchObject({ number: 1, prev: null, entries: entries - 1, moved: 1, chains: 1 });
    expect(belay.context.key.verify(checkpointPart(first), first.keyId, first.signature)).toBe(true);
    expect(await sealCheckpoint(belay.context)).toEqual(first);
    await belay.approved();
    const second = await sealCheckpoint(belay.context);
    // The other run, and the entry that says the first was sealed.
    expect(second).toMatchObject({ number: 2, prev: checkpointDigest(first), moved: 2, chains: 3 });
  });

  test('of servers that seal at once each gets the one that was sealed', async () => {
    await belay.approved();
    const all = await Promise.all(Array.from({ length: 3 }, () => sealCheckpoint(belay.context)));
    expect(new Set(all.map(checkpointDigest)).size).toBe(1);
  });

  test('what is sealed reaches the anchors and the pin; one that fails is shown, tried again and holds up nobody', async () => {
    const good = fileAnchor(join(folder, 'anchors.jsonl'));
    const bad = memoryAnchor();
    bad.fail = 'no such bucket';
    await belay.approved();
    const { keeper } = keeperOf(belay, [good, bad]);
    const sealed = await keeper.seal();
    expect(await good.latest?.()).toEqual(sealed);
    expect(pinned()).toMatchObject({ checkpoint: sealed, sequence: sealed.sequence });
    const [status, failed] = (await keeper.status()).anchors;
    expect(status).toMatchObject({ checkpoint: 1, problem: null });
    expect(failed).toMatchObject({ name: 'memory', checkpoint: null, problem: 'no such bucket' });
    bad.fail = '';
    belay.forward(3600_000);
    await keeper.seal();
    expect(bad.kept).toEqual([sealed]);
    expect((await keeper.status()).anchors[1]).toMatchObject({ checkpoint: 1, problem: null });
  });

  test('the pin follows the sequence by itself', async () => {
    const { keeper, errors } = keeperOf(belay);
    await keeper.check();
    keeper.start();
    stops.push(() => keeper.stop());
    await belay.approved();
    const { number } = await belay.db.selectFrom('sequence_head').select('number').executeTakeFirstOrThrow();
    await until('the pin has it', () => existsSync(pinPath()) && pinned().sequence.number === number);
    expect(errors).toEqual([]);
  });

  test('a data folder that cannot be written is shown and stops nothing', async () => {
    writeFileSync(join(folder, 'file'), '');
    const keeper = createKeeper(belay.context, {
      pinPath: join(folder, 'file', 'ledger.pin'),
      anchors: [],
      halt: async () => undefined,
      onError: () => undefined,
    });
    await belay.approved();
    expect((await keeper.seal()).number).toBe(1);
    expect((await keeper.status()).pin.problem).toMatch(/ENOTDIR|EEXIST/);
  });

  test('a pin that is none is never taken for the absence of one', async () => {
    writeFileSync(pinPath(), '{}');
    await expect(keeperOf(belay).keeper.check()).rejects.toThrow(/cannot be read as the pin/);
  });

  test.each(['pin', 'anchor'] as const)(
    'a database restored to an hour ago is told by the %s: nothing is granted until a person resumes, and then it goes on',
    async (told) => {
      const anchor = memoryAnchor();
      const before = await belay.approved();
      await keeperOf(belay, [anchor]).keeper.seal();
      const { url, db } = belay;
      // The backup of that moment.
      await belay.close();
      const backup = await createDatabase(url);
      const copy = new URL(backup).pathname.slice(1);
      const admin = await startAuthority({ url: new URL('/postgres', url).href });
      stops.push(() => admin.close());
      await sql.raw(`drop database ${copy}`).execute(admin.db);
      await sql.raw(`create database ${copy} template ${new URL(url).pathname.slice(1)}`).execute(admin.db);
      expect(db).toBeDefined();
      const now = await startAuthority({ url, key: belay.context.key });
      const late = await now.approved();
      await now.grant(late.action);
      await keeperOf(now, [anchor]).keeper.seal();
      await now.close();
      if (told === 'anchor') rmSync(pinPath());

      belay = await startAuthority({ url: backup, key: belay.context.key });
      const { keeper } = keeperOf(belay, [anchor]);
      const { problems } = await keeper.check();
      expect(problems.join()).toMatch(told === 'pin' ? /pin in the data folder.*does not agree/ : /anchor memory/);
      expect(await belay.grant(before.action)).toMatchObject({ answer: 'refused' });
      const kept = told === 'pin' ? pinned() : undefined;
      await expect(keeper.seal()).rejects.toThrow(/halted this Belay/);
      expect((await keeper.status()).behind).toHaveLength(problems.length);
      if (told === 'pin') expect(pinned()).toEqual(kept);
      // A second start of the same finds it halted, and does not halt it twice.
      await keeperOf(belay, [anchor]).keeper.check();
      const [inForce, ...others] = await belay.db.selectFrom('halts').selectAll().execute();
      expect(others).toEqual([]);

      const gate = (await belay.doors.gates({ run: inForce?.run ?? '' }))[0];
      for (const one of [ANN, BOB]) await belay.decide({ gate: gate?.id ?? '', digest: gate?.digest ?? '' }, one);
      const sealed = await keeper.seal();
      expect(anchor.kept.at(-1)).toEqual(sealed);
      expect(await belay.grant(before.action)).toMatchObject({ answer: 'granted' });
      // What was given up is remembered as such, so that the next start is quiet also while an anchor still has it.
      anchor.kept.pop();
      expect((await keeperOf(belay, [anchor]).keeper.check()).problems).toEqual([]);
    },
  );

  test('an empty database where there was a record is behind', async () => {
    await belay.approved();
    await keeperOf(belay).keeper.seal();
    const fresh = await startAuthority({ key: belay.context.key });
    stops.push(() => fresh.close());
    expect((await keeperOf(fresh).keeper.check()).problems).toEqual([
      expect.stringMatching(/checkpoint 1 .* is not in the database/),
    ]);
  });

  test('a database turned back under a running server halts it', async () => {
    const { keeper } = keeperOf(belay);
    await belay.approved();
    await keeper.check();
    await keeper.seal();
    await belay.approved();
    keeper.start();
    stops.push(() => keeper.stop());
    const { number } = await belay.db.selectFrom('sequence_head').select('number').executeTakeFirstOrThrow();
    await until('the pin has it', () => pinned().sequence.number === number);
    await tamper(belay.db, `delete from sequence where number = ${number}`);
    await tamper(
      belay.db,
      'update sequence_head h set (number, hash) = (select number, hash from sequence order by number desc limit 1)',
    );
    await until('it is halted', async () => (await belay.db.selectFrom('halts').selectAll().execute()).length > 0);
  });

  test('an anchor that cannot be read, or holds what nobody signed, is said and halts nothing', async () => {
    await belay.approved();
    const anchor = memoryAnchor();
    await keeperOf(belay, [anchor]).keeper.seal();
    const [real] = anchor.kept;
    if (!real) throw new Error('nothing was anchored');
    anchor.kept.push({ ...real, number: 99 });
    const silent: Anchor = { ...memoryAnchor(), name: 'silent', latest: () => Promise.reject(new Error('closed')) };
    const { problems, unread } = await keeperOf(belay, [anchor, silent]).keeper.check();
    expect(problems).toEqual([]);
    expect(unread.toSorted()).toEqual([
      expect.stringMatching(/^memory: .*\(99\) is not signed/),
      expect.stringMatching(/^silent: closed/),
    ]);
  });
});
