import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { claim } from '../../src/authority/outbox/claim.ts';
import { enqueue } from '../../src/authority/outbox/enqueue.ts';
import { type OutboxHandler, startOutbox } from '../../src/authority/outbox/outbox.ts';
import { type AuthorityFixture, startAuthority } from '../support/authority-fixture.ts';
import { describeReal } from '../support/parts.ts';
import { until } from '../support/until.ts';

describeReal('the outbox', ['postgres'], () => {
  let belay: AuthorityFixture;
  let running: ReturnType<typeof startOutbox>[] = [];
  beforeEach(async () => {
    belay = await startAuthority();
  });
  afterEach(async () => {
    await Promise.all(running.map((one) => one.stop()));
    running = [];
    await belay.close();
  });

  const put = (subject: string, n: number) =>
    belay.db.transaction().execute((trx) => enqueue(trx, belay.context.now(), 'say', subject, { n }));

  function start(say: OutboxHandler) {
    const nothing: OutboxHandler = async () => undefined;
    const errors: unknown[] = [];
    const outbox = startOutbox({
      db: belay.db,
      handlers: {
        say,
        'run.start': nothing,
        'run.wake': nothing,
        'gate.card': nothing,
        announce: nothing,
        page: nothing,
        ask: nothing,
      },
      now: belay.context.now,
      onError: (_, __, error) => errors.push(error),
    });
    running.push(outbox);
    return { outbox, errors };
  }

  const left = async () =>
    (await belay.db.selectFrom('outbox').select('id').where('done_at', 'is', null).execute()).length;
  const empty = () => until('the outbox to be empty', async () => (await left()) === 0);

  test('does every row, and those of one subject in their order', async () => {
    const done: Record<string, number[]> = {};
    for (let n = 0; n < 20; n += 1) for (const subject of ['a', 'b', 'c']) await put(subject, n);
    start(async (subject, { n }) => {
      (done[subject] ??= []).push(Number(n));
    });
    await empty();
    const inOrder = Array.from({ length: 20 }, (_, n) => n);
    expect(done).toEqual({ a: inOrder, b: inOrder, c: inOrder });
  });

  test('tries a failing row again, in its place, and lets no other subject wait for it', async () => {
    const done: string[] = [];
    let failing = true;
    await put('bad', 1);
    await put('bad', 2);
    await put('good', 3);
    const { outbox, errors } = start(async (subject, { n }) => {
      if (subject === 'bad' && failing) throw new Error('no answer\0');
      done.push(`${subject} ${Number(n)}`);
    });
    await until('the good row', async () => done.includes('good 3'));
    await until('an attempt to be written down', async () => {
      const row = await belay.db
        .selectFrom('outbox')
        .selectAll()
        .where('subject', '=', 'bad')
        .orderBy('id')
        .executeTakeFirst();
      return row?.last_error === 'no answer' && row.attempts === 1;
    });
    expect(done).toEqual(['good 3']);
    // Not due yet: the clock stands still.
    outbox.poke();
    expect(errors).toHaveLength(1);
    failing = false;
    belay.forward(1000);
    outbox.poke();
    await empty();
    expect(done).toEqual(['good 3', 'bad 1', 'bad 2']);
  });

  test('pauses longer after every failure, and never longer than 15 s', async () => {
    await put('bad', 1);
    const { outbox } = start(() => Promise.reject(new Error('still down')));
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      outbox.poke();
      const row = await until(`attempt ${attempt}`, async () => {
        const now = await belay.db.selectFrom('outbox').selectAll().executeTakeFirstOrThrow();
        return now.attempts === attempt ? now : undefined;
      });
      pauses.push(row.due_at.getTime() - belay.context.now().getTime());
      belay.forward(pauses.at(-1) ?? 0);
    }
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  test('one that hangs holds up nobody: not its own server, nor another', async () => {
    const done: string[] = [];
    let release = () => {};
    const hanging = new Promise<void>((resolve) => {
      release = resolve;
    });
    await put('hangs', 1);
    const { outbox } = start(async (subject) => {
      if (subject === 'hangs') await hanging;
      done.push(subject);
    });
    await until('the row to be taken', async () => {
      const row = await belay.db.selectFrom('outbox').selectAll().executeTakeFirstOrThrow();
      return row.due_at > belay.context.now();
    });
    await put('later', 1);
    outbox.poke();
    await until('the later row', async () => done.includes('later'));
    release();
    await empty();
    expect(done).toEqual(['later', 'hangs']);
  });

  test('a row whose server died while doing it is done by the next one: at least once', async () => {
    await put('a', 1);
    const taken = await belay.db.transaction().execute((trx) => claim(trx, belay.context.now(), 20));
    expect(taken).toHaveLength(1);
    const done: number[] = [];
    const { outbox } = start(async (_, { n }) => {
      done.push(Number(n));
    });
    outbox.poke();
    expect(done).toEqual([]);
    belay.forward(30_001);
    outbox.poke();
    await empty();
    expect(done).toEqual([1]);
  });

  test('shared by two servers does no row twice, and no two rows of one subject at once', async () => {
    const atWork = new Set<string>();
    const done: string[] = [];
    for (let n = 0; n < 40; n += 1) await put(`s${n % 8}`, n);
    const handler: OutboxHandler = async (subject, { n }) => {
      if (atWork.has(subject)) throw new Error(`${subject} is at work already`);
      atWork.add(subject);
      await new Promise((resolve) => setTimeout(resolve, 3));
      atWork.delete(subject);
      done.push(`${subject} ${Number(n)}`);
    };
    const servers = [start(handler), start(handler)];
    await empty();
    expect(done).toHaveLength(40);
    expect(new Set(done).size).toBe(40);
    expect(servers.flatMap((one) => one.errors)).toEqual([]);
  });

  test('stops only when what is at hand is done and written down', async () => {
    await put('a', 1);
    let begun = false;
    let ended = false;
    const { outbox } = start(async () => {
      begun = true;
      await new Promise((resolve) => setTimeout(resolve, 50));
      ended = true;
    });
    await until('it to begin', async () => begun);
    await outbox.stop();
    expect(ended).toBe(true);
    expect(await left()).toBe(0);
  });
});
