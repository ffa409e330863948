import { afterAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeReal } from '../support/parts.ts';
import { type Cuttable, startCuttable } from '../support/start-cuttable.ts';
import { createDatabase } from '../support/start-postgres.ts';
import type { Point } from '../support/toy/lamp.ts';
import { until } from '../support/until.ts';
import { useToy } from '../workflows/engine/toy.ts';

/** Long enough for a few attempts, had there been a way to begin without a record. Milliseconds. */
const A_WHILE = 5_000;

describeReal('what cannot be recorded is not done', ['temporal', 'postgres'], () => {
  let way: Cuttable;
  const toy = useToy(async () => {
    way = await startCuttable(await createDatabase());
    return { databaseUrl: way.url };
  });
  afterAll(async () => {
    await way.stop();
  });

  /** Once, at this point of this lamp. */
  const atOnce = (point: Point, name: string, then: () => Promise<void> | void) => {
    let came = false;
    const before = toy.belay.lamps.at;
    toy.belay.lamps.at = async (at, lamp, action) => {
      await before(at, lamp, action);
      if (at !== point || lamp !== name || came) return;
      came = true;
      await then();
    };
    return until(`it comes to ${point}`, () => came, { within: 30_000 });
  };
  const lamps = () => toy.belay.lamps;

  test('the database is gone when the worker asks for its grant: nothing begins, and once it is back it happens once', async () => {
    lamps().dark('before');
    const run = await toy.belay.start({ name: 'before' });
    await toy.belay.openGate(run);
    const came = atOnce('observe', 'before', () => way.cut());
    await toy.belay.approve(run);
    await came;
    await sleep(A_WHILE);
    expect(lamps().effectsOn(run)).toEqual([]);
    way.mend();
    expect(await toy.belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    expect(lamps().effectsOn(run)).toEqual([`${run}/1 execute`]);
  }, 120_000);

  test('the database is gone when the end is to be recorded: the worker looks, and it happened once', async () => {
    lamps().dark('after');
    const run = await toy.belay.start({ name: 'after' });
    await toy.belay.openGate(run);
    const came = atOnce('after', 'after', () => way.cut());
    await toy.belay.approve(run);
    await came;
    await sleep(A_WHILE);
    way.mend();
    expect(await toy.belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    expect(lamps().effectsOn(run)).toEqual([`${run}/1 execute`]);
    expect(await toy.belay.kinds(run)).toEqual(expect.arrayContaining(['action.reconciling', 'action.executed']));
  }, 120_000);

  test.each(['ledger', 'intents', 'sequence'])(
    'no room for another row of %s: no grant, nothing begins, and there is no trace of an intent',
    async (table) => {
      const { db } = toy.belay.context;
      const name = `full ${table}`;
      lamps().dark(name);
      const run = await toy.belay.start({ name });
      const gate = await toy.belay.openGate(run);
      const full = async () => {
        await sql`create function disk_full() returns trigger language plpgsql as $$ begin
        raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`.execute(db);
        await sql`create trigger disk_full before insert on ${sql.table(table)} execute function disk_full()`.execute(
          db,
        );
      };
      const freed = () => sql`drop function disk_full() cascade`.execute(db);
      const decide = () =>
        toy.belay.doors.decide(
          gate.id,
          { decision: 'approve', digest: gate.digest },
          { id: 'local:ada', name: 'ada', door: 'api' },
        );
      if (table === 'sequence') {
        // A word that cannot take its number is not heard at all.
        await full();
        await expect(decide()).rejects.toThrow('No space left');
        expect(await toy.belay.doors.gate(gate.id)).toMatchObject({ state: 'open', decisions: [] });
      } else {
        const came = atOnce('observe', name, full);
        await decide();
        await came;
        await sleep(A_WHILE);
        const intents = db.selectFrom('intents').select('action').where('run', '=', run);
        expect(await intents.execute()).toEqual([]);
      }
      expect(lamps().effectsOn(run)).toEqual([]);
      await freed();
      if (table === 'sequence') await decide();
      expect(await toy.belay.ended(run)).toMatchObject({ outcome: 'fixed' });
      expect(lamps().effectsOn(run)).toEqual([`${run}/1 execute`]);
    },
    120_000,
  );

  test('the ledger of all of this holds', async () => {
    expect(await toy.belay.doors.verifyLedger()).toMatchObject({ ok: true, problems: [] });
  });
});
