import { afterEach, beforeEach, expect, test } from '@jest/globals';
import ms from 'ms';
import type { Announcer } from '../../src/authority/announcer.ts';
import { startOutbox } from '../../src/authority/outbox/outbox.ts';
import { Failure } from '../../src/domain/failure.ts';
import type { Gate } from '../../src/domain/gate.ts';
import { createAnnouncements } from '../../src/intake/announce.ts';
import { ANN, type Asked, type AuthorityFixture, BOB, startAuthority } from '../support/authority-fixture.ts';
import { describeReal } from '../support/parts.ts';
import { until } from '../support/until.ts';

describeReal('while Slack', ['postgres'], () => {
  let belay: AuthorityFixture;
  let running: ReturnType<typeof startOutbox>;
  /** What Slack answers; undefined: it takes it. */
  let failing: Failure | undefined;
  let tries = 0;
  let shown: Gate[] = [];

  beforeEach(async () => {
    belay = await startAuthority();
    [failing, tries, shown] = [undefined, 0, []];
    const told = async (gate?: Gate) => {
      tries += 1;
      if (failing) throw failing;
      if (gate) shown.push(gate);
      return { channel: 'C1', ts: '1.1' };
    };
    const announcer: Announcer = {
      card: (gate) => told(gate),
      say: async () => void (await told()),
      announce: async () => void (await told()),
      page: async () => void (await told()),
      ask: async () => void (await told()),
    };
    const { context, doors, db } = belay;
    running = startOutbox({
      db,
      handlers: {
        ...createAnnouncements({ context, doors, announcer: () => announcer }),
        'run.start': async () => undefined,
        'run.wake': async () => undefined,
      },
      now: context.now,
      onError: () => undefined,
    });
  });
  afterEach(async () => {
    await running.stop();
    await belay.close();
  });

  const cardRow = async ({ gate }: Asked) =>
    await belay.db
      .selectFrom('outbox')
      .selectAll()
      .where('topic', '=', 'gate.card')
      .where('subject', '=', gate)
      .orderBy('id')
      .executeTakeFirstOrThrow();
  const failed = (asked: Asked, times = 1) =>
    until('it is tried', async () => {
      const row = await cardRow(asked);
      return row.attempts >= times ? row : undefined;
    });

  test('asks to wait 30 s, it is waited for, and the card is posted once', async () => {
    failing = new Failure('retry.throttled', 'slow down', { retryAfterMs: 30_000 });
    const asked = await belay.ask();
    const row = await failed(asked);
    expect(row.due_at.getTime() - belay.context.now().getTime()).toBe(30_000);
    failing = undefined;
    belay.forward(29_999);
    running.poke();
    expect((await cardRow(asked)).done_at).toBeNull();
    belay.forward(1);
    running.poke();
    await until('it is posted', async () => (await cardRow(asked)).done_at);
    expect(shown.filter(({ id }) => id === asked.gate)).toHaveLength(1);
  });

  test('asks to wait for a day, it is asked again within the hour', async () => {
    failing = new Failure('retry.throttled', 'slow down', { retryAfterMs: ms('1d') });
    const row = await failed(await belay.ask());
    expect(row.due_at.getTime() - belay.context.now().getTime()).toBe(ms('1h'));
  });

  test('is away for an hour, an approval is neither given nor denied, is decided elsewhere, and expires by when it was opened', async () => {
    failing = new Failure('retry.unreachable', 'Slack does not answer');
    const [asked, other] = [await belay.ask(), await belay.ask()];
    await failed(asked);
    const before = await belay.doors.gate(asked.gate);
    for (let at = 0; at < 4; at += 1) {
      belay.forward(ms('15m'));
      running.poke();
      expect(await belay.attend(asked)).toMatchObject({ state: 'open' });
    }
    await failed(asked, 2);
    expect(await belay.doors.gate(asked.gate)).toMatchObject({ state: 'open', expiresAt: before?.expiresAt });
    expect(await belay.decide(asked, ANN)).toMatchObject({ answer: 'recorded', complete: true });
    expect(tries).toBeGreaterThan(1);
    expect(shown).toEqual([]);
    // The other one waits no longer than it would have: an hour of silence is no hour more.
    belay.forward(ms('7d') - ms('1h') - 1);
    expect(await belay.attend(other)).toMatchObject({ state: 'open' });
    belay.forward(1);
    expect(await belay.attend(other)).toMatchObject({ state: 'expired' });
  });

  test('takes no change of the card, the decision stands, a click on the old card changes nothing, and the card follows', async () => {
    const asked = await belay.ask();
    await until('the card is there', () => shown.some(({ id }) => id === asked.gate));
    failing = new Failure('retry.unreachable', 'chat.update: 500');
    expect(await belay.decide(asked, ANN, 'deny')).toMatchObject({ answer: 'recorded' });
    expect(await belay.decide(asked, BOB)).toMatchObject({ answer: 'refused', why: 'not-open' });
    await belay.authority.lock({ ...asked, actions: [asked.action] });
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused' });
    expect(shown.at(-1)).toMatchObject({ state: 'open' });
    failing = undefined;
    await until('the card says so', () => {
      belay.forward(ms('15s'));
      running.poke();
      return shown.at(-1)?.state === 'denied';
    });
  });
});
