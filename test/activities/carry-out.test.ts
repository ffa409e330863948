import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import { carryOut } from '../../src/activities/carry-out.ts';
import type { PreviewedAction } from '../../src/domain/action.ts';
import { Failure } from '../../src/domain/failure.ts';
import type { ActionOutcome, GrantAnswer } from '../../src/domain/grant.ts';
import type { Reconciliation, WriteTool } from '../../src/sdk/define-tool.ts';
import { fakeAuthority } from '../authority/fake-authority.ts';

const HASH = `sha256:${'0'.repeat(64)}` as const;
const ACTION = 'r-00000000/1';
const done: ActionOutcome = { status: 'done', summary: 'switched', postState: { on: true } };

const action: PreviewedAction = {
  id: ACTION,
  digest: HASH,
  tool: 'lamp.set',
  toolSchemaHash: HASH,
  args: {},
  target: { system: 'lamp', connection: 'default', key: 'lamp:room/a', name: 'lamp a', tags: {} },
  precondition: { on: false },
  sentence: 'Switch lamp a on',
  diff: '',
  blastRadius: { count: 1, unit: 'lamps' },
  preState: { on: false },
  undo: 'Switch it off',
  owner: null,
  command: null,
  risk: 'write',
  reversible: 'yes',
  safeToRepeat: 'compare-and-set',
};

interface World {
  readonly grant: GrantAnswer | (() => GrantAnswer | undefined);
  /** What the authority says to an outcome; recorded unless given. */
  readonly outcome?: unknown;
  readonly observe?: () => Promise<Record<string, boolean>>;
  readonly stillOurs?: () => Promise<boolean>;
  readonly run?: () => Promise<ActionOutcome>;
  readonly look?: () => Promise<Reconciliation>;
  readonly safeToRepeat?: WriteTool['safeToRepeat'];
  readonly phase?: 'execute' | 'undo';
}

async function attempt(world: World) {
  const effects: string[] = [];
  const given: number[] = [];
  const run = (way: string) => async () => {
    effects.push(way);
    return await (world.run?.() ?? Promise.resolve(done));
  };
  const look = async (): Promise<Reconciliation> => await (world.look?.() ?? Promise.resolve({ status: 'not-done' }));
  const tool: WriteTool = {
    name: 'lamp.set',
    title: 'Switch',
    description: 'Switches.',
    risk: 'write',
    reversible: 'yes',
    safeToRepeat: world.safeToRepeat ?? 'compare-and-set',
    input: z.strictObject({}),
    timeout: '2s',
    preview: () => Promise.reject(new Error('not here')),
    observe: async () => await (world.observe?.() ?? Promise.resolve({ on: false })),
    execute: run('execute'),
    reconcile: look,
    undo: {
      stillOurs: async () => await (world.stillOurs?.() ?? Promise.resolve(true)),
      execute: run('undo'),
      reconcile: look,
    },
  };
  const { authority, asked } = fakeAuthority({
    grant: world.grant,
    outcome: world.outcome ?? ((request: { outcome: ActionOutcome }) => ({ recorded: true, outcome: request.outcome })),
  });
  const result = await carryOut({
    authority,
    tool,
    args: {},
    action,
    postState: null,
    phase: world.phase ?? 'execute',
    timeoutMs: 2000,
    contextWithin: (ms) => {
      given.push(ms);
      return { client: undefined, connection: 'default', signal: new AbortController().signal, now: () => new Date() };
    },
    toolSchemaHash: HASH,
    inTurn: (work) => work(),
    clean: async (text) => text.replaceAll('hunter2', '[redacted]').slice(0, 1000),
  }).catch((error: unknown) => error);
  const recorded = asked.filter(({ call }) => call === 'outcome').map(({ request }) => request);
  const observed = asked.filter(({ call }) => call === 'grant').map(({ request }) => request);
  const released = asked.filter(({ call }) => call === 'release').map(({ request }) => request);
  return { result, effects, recorded, observed, released, given };
}

const granted: GrantAnswer = { answer: 'granted', leaseMs: 5000, fence: 1, idempotencyKey: 'k' };
const reconcile: GrantAnswer = { answer: 'reconcile', mayRepeat: true, leaseMs: 5000, fence: 2, idempotencyKey: 'k' };
const lookOnly: GrantAnswer = { ...reconcile, mayRepeat: false };
const gone = () => Promise.reject(new Failure('stop.not-found', 'there is no lamp a'));

describe('what was granted begins within a second, or not at all', () => {
  let clock = 0;
  beforeEach(() => {
    clock = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => clock);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  const late = (answer: GrantAnswer) => () => {
    clock += 1001;
    return answer;
  };
  const slowLook = async (): Promise<Reconciliation> => {
    clock += 5000;
    return { status: 'not-done' };
  };

  test.each(['compare-and-set', 'no'] as const)(
    'a grant that came late is given back unused, so that nobody waits for the end of its lease (%s)',
    async (safe) => {
      const { result, effects, recorded, released } = await attempt({ grant: late(granted), safeToRepeat: safe });
      expect(effects).toEqual([]);
      if (safe === 'no') expect(recorded).toMatchObject([{ outcome: { status: 'failed' } }]);
      else expect(result).toMatchObject({ type: 'retry.not-yet' });
      expect(released).toEqual(safe === 'no' ? [] : [{ action: ACTION, phase: 'execute', fence: 1 }]);
    },
  );

  test.each([true, false])(
    'after a long look it is asked again, and done only if it may be now: %s',
    async (mayRepeat) => {
      const answers = [reconcile, { ...reconcile, mayRepeat, fence: 3 }];
      const { effects, recorded, observed } = await attempt({ grant: () => answers.shift(), look: slowLook });
      expect(observed).toMatchObject([{ observed: { on: false } }, { looked: 2 }]);
      expect(effects).toEqual(mayRepeat ? ['execute'] : []);
      expect(recorded).toMatchObject([{ fence: 3, outcome: { status: mayRepeat ? 'done' : 'failed' } }]);
    },
  );

  test('after a long look it is left to who took over, and to a later attempt when the answer came late', async () => {
    for (const [second, back] of [
      [() => granted, []],
      [late({ ...reconcile, fence: 3 }), [{ action: ACTION, phase: 'execute', fence: 3 }]],
    ] as const) {
      const answers: (() => GrantAnswer)[] = [() => reconcile, second];
      const { result, effects, released } = await attempt({ grant: () => answers.shift()?.(), look: slowLook });
      expect(effects).toEqual([]);
      expect(result).toMatchObject({ type: 'retry.not-yet' });
      expect(released).toEqual(back);
    }
  });
});

describe('what each look and each deed may take', () => {
  let clock = 0;
  beforeEach(() => {
    clock = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => clock);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  const after = (ms: number, answer: GrantAnswer) => () => {
    clock += ms;
    return answer;
  };

  test("is the tool's own time, however long the look before and the authority took", async () => {
    const slow = async () => {
      clock += 1900;
      return { on: false };
    };
    const { given, effects } = await attempt({ grant: after(900, granted), observe: slow });
    expect(given).toEqual([2000, 2000]);
    expect(effects).toEqual(['execute']);
  });

  test('ends before the lease does, counted from before it was asked for', async () => {
    const short = { ...granted, leaseMs: 2300 };
    expect((await attempt({ grant: after(800, short) })).given).toEqual([2000, 1500]);
    const lost: GrantAnswer = { ...reconcile, leaseMs: 2300 };
    const look = async (): Promise<Reconciliation> => {
      clock += 600;
      return { status: 'not-done' };
    };
    // The look, and what is done over after it.
    expect((await attempt({ grant: after(300, lost), look })).given).toEqual([2000, 2000, 1400]);
  });
});

describe('carrying out an action', () => {
  test('granted: acts once and records under its fence', async () => {
    const { result, effects, recorded } = await attempt({ grant: granted });
    expect(effects).toEqual(['execute']);
    expect(recorded).toMatchObject([{ action: ACTION, fence: 1, reconciled: false, outcome: done }]);
    expect(result).toMatchObject({ status: 'done' });
  });

  const nothing: [string, World, object][] = [
    [
      'refused',
      { grant: { answer: 'refused', code: 'not-approved', message: 'no' } },
      { status: 'refused', code: 'not-approved' },
    ],
    ['done before', { grant: { answer: 'done', outcome: done } }, { status: 'done', outcome: done }],
    ['in doubt already', { grant: { answer: 'refused', code: 'in-doubt', message: 'look' } }, { status: 'in-doubt' }],
    [
      'another attempt runs',
      { grant: { answer: 'wait', run: 'r-00000000', retryAfterMs: 900 } },
      { type: 'retry.not-yet', retryAfterMs: 1000 },
    ],
  ];
  test.each(nothing)('%s: does nothing and records nothing', async (_, world, expected) => {
    for (const phase of ['execute', 'undo'] as const) {
      const { result, effects, recorded } = await attempt({ ...world, phase });
      expect(effects).toEqual([]);
      expect(recorded).toEqual([]);
      expect(result).toMatchObject(expected);
    }
  });

  test('a definite refusal by the system is an end; anything unclear is thrown and not recorded', async () => {
    const no = await attempt({
      grant: granted,
      run: () => Promise.reject(new Failure('stop.forbidden', 'RBAC says no')),
    });
    expect(no.result).toMatchObject({ status: 'failed', outcome: { summary: 'RBAC says no' } });
    expect(no.recorded).toHaveLength(1);
    for (const error of [new Error('socket hang up'), new Failure('retry.unreachable', 'down')]) {
      const unclear = await attempt({ grant: granted, run: () => Promise.reject(error) });
      expect(unclear.result).toBe(error);
      expect(unclear.recorded).toEqual([]);
    }
  });

  test('a failure to record is never taken for a failure to act', async () => {
    const { result, recorded } = await attempt({
      grant: granted,
      outcome: () => Promise.reject(new Failure('stop.invalid-input', 'outcome.summary: too long')),
    });
    expect(result).toMatchObject({ type: 'stop.invalid-input' });
    expect(recorded).toHaveLength(1);
    expect(recorded).toMatchObject([{ outcome: { status: 'done' } }]);
  });

  test('what the system said is cleaned before it is recorded', async () => {
    const { recorded } = await attempt({
      grant: granted,
      run: async () => ({ status: 'done', summary: `password hunter2 ${'x'.repeat(5000)}`, postState: null }),
    });
    expect(JSON.stringify(recorded)).not.toContain('hunter2');
    expect(JSON.stringify(recorded).length).toBeLessThan(1300);
  });

  test('a newer attempt took over: its end is the answer; without one this attempt comes back later', async () => {
    const other: ActionOutcome = { status: 'failed', summary: 'theirs', postState: null };
    const ended = await attempt({ grant: granted, outcome: { recorded: false, outcome: other } });
    expect(ended.result).toMatchObject({ status: 'failed', outcome: other });
    const open = await attempt({ grant: granted, outcome: { recorded: false, outcome: null } });
    expect(open.result).toMatchObject({ type: 'retry.not-yet' });
  });

  const earlier: [string, World, string[], object][] = [
    [
      'it took effect',
      { grant: reconcile, look: async () => ({ status: 'done', outcome: done }) },
      [],
      { status: 'done' },
    ],
    ['it did not, and may be repeated', { grant: reconcile }, ['execute'], { status: 'done' }],
    ['it did not, and is not granted any more', { grant: lookOnly }, [], { status: 'failed' }],
    ['it did not, and must not be repeated', { grant: reconcile, safeToRepeat: 'no' }, [], { status: 'in-doubt' }],
    [
      'nobody can tell',
      { grant: reconcile, look: async () => ({ status: 'unknown', why: 'gone' }) },
      [],
      { status: 'in-doubt' },
    ],
    ['the target is gone', { grant: reconcile, look: gone, observe: gone }, [], { status: 'in-doubt' }],
  ];
  test.each(earlier)('an earlier attempt has no end, and %s', async (_, world, effects, expected) => {
    const after = await attempt(world);
    expect(after.effects).toEqual(effects);
    expect(after.result).toMatchObject(expected);
    expect(after.recorded).toMatchObject([{ fence: 2, reconciled: true }]);
  });

  const conflicts: [string, Reconciliation, string][] = [
    ['had come through meanwhile', { status: 'done', outcome: done }, 'done'],
    ['had not', { status: 'not-done' }, 'failed'],
    ['cannot be told', { status: 'unknown', why: 'closed' }, 'in-doubt'],
  ];
  test.each(conflicts)(
    'a repeat that the system refuses is looked at once more: the earlier attempt %s',
    async (_, then, status) => {
      let looks = 0;
      const { result, effects, recorded } = await attempt({
        grant: reconcile,
        look: async () => {
          looks += 1;
          return looks === 1 ? { status: 'not-done' } : then;
        },
        run: () => Promise.reject(new Failure('stop.forbidden', 'it changed')),
      });
      expect(effects).toEqual(['execute']);
      expect(recorded).toMatchObject([{ fence: 2, reconciled: true, outcome: { status } }]);
      expect(result).toMatchObject({ status });
    },
  );

  test('a target that cannot be read is asked about all the same, as something nobody approved', async () => {
    const { observed, effects } = await attempt({
      grant: { answer: 'refused', code: 'drifted', message: 'changed' },
      observe: gone,
    });
    expect(observed).toMatchObject([{ observed: { unreadable: 'there is no lamp a' } }]);
    expect(effects).toEqual([]);
  });

  test('a target that may come back is not asked about: nothing has begun', async () => {
    const { observed, result } = await attempt({
      grant: granted,
      observe: () => Promise.reject(new Failure('retry.unreachable', 'down')),
    });
    expect(observed).toEqual([]);
    expect(result).toMatchObject({ type: 'retry.unreachable' });
  });

  test.each([
    ['was changed by somebody else', async () => false],
    ['is gone', gone],
  ])('an undo of what %s does nothing and says so', async (_, stillOurs) => {
    const { effects, result } = await attempt({ grant: granted, phase: 'undo', stillOurs });
    expect(effects).toEqual([]);
    expect(result).toMatchObject({ status: 'failed' });
  });

  test('an undo that took effect before it was recorded is found, though the target is not ours any more', async () => {
    const { effects, result } = await attempt({
      grant: reconcile,
      phase: 'undo',
      stillOurs: async () => false,
      look: async () => ({ status: 'done', outcome: done }),
    });
    expect(effects).toEqual([]);
    expect(result).toMatchObject({ status: 'done' });
  });
});
