import * as fc from 'fast-check';
import type { Phase } from '../../src/domain/action.ts';
import { LEASE_MS } from './authority-manifest.ts';
import { BUNDLES, type BundleName } from './story-bundles.ts';

const HOUR = 3_600_000;

/** How one attempt of a worker goes: well, refused by the system, or dead before or after the effect. */
export const FATES = ['done', 'done', 'failed', 'in-doubt', 'dies-before', 'dies-after'] as const;

// Mostly about one run, so that what happens there goes deep; the other wants the same target.
const which = { run: fc.constantFrom<0 | 1>(0, 0, 0, 1), seq: fc.integer({ min: 1, max: 2 }) };
const phase = fc.constantFrom<Phase>('execute', 'execute', 'undo');
const seldom = fc.integer({ min: 0, max: 9 }).map((n) => n === 0);
const bundles = Object.keys(BUNDLES).filter((name): name is BundleName => name in BUNDLES);

type What = 'approve' | 'deny' | 'edit' | 'send-back' | 'by-hand';
const people = fc.constantFrom('ann', 'ann', 'bob', 'bob', 'cy', 'cy', 'dee', 'eve', 'requester', 'stranger');

const decision = fc.record({
  do: fc.constant('decide' as const),
  run: which.run,
  who: people,
  what: fc.constantFrom<What>('approve', 'approve', 'approve', 'approve', 'deny', 'edit', 'send-back', 'by-hand'),
  option: fc.nat({ max: 2 }),
  stale: seldom,
});
const force = fc.record({
  do: fc.constant('force' as const),
  run: which.run,
  who: people,
  lacks: fc.constantFrom('nothing' as const, 'nothing', 'nothing', 'passkey', 'own passkey', 'reason'),
});
const work = fc.record({
  do: fc.constant('work' as const),
  ...which,
  phase,
  fate: fc.constantFrom(...FATES),
  drifted: seldom,
});
const bundle = fc.record({
  do: fc.constant('bundle' as const),
  name: fc.constantFrom<BundleName>('usual', 'usual', ...bundles),
});
const end = fc.record({
  do: fc.constant('end' as const),
  run: which.run,
  how: fc.constantFrom('finish' as const, 'abandon' as const, 'lose' as const),
});

const weighed = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
const named = <D extends string>(name: D) => fc.record({ do: fc.constant(name) });
const ofRun = <D extends string>(name: D) => fc.record({ do: fc.constant(name), run: which.run });

/** Something that happens: by a person, a run, a worker, the monitoring, the keeper of policy, or time. */
export const single = fc.oneof(
  weighed(2, fc.record({ do: fc.constant('preview' as const), ...which, revision: fc.nat({ max: 1 }) })),
  weighed(5, ofRun('ask' as const)),
  weighed(14, decision),
  weighed(3, force),
  weighed(5, ofRun('lock' as const)),
  weighed(1, ofRun('unlock' as const)),
  weighed(12, work),
  weighed(5, fc.record({ do: fc.constant('late' as const), ...which, phase })),
  weighed(
    2,
    fc.record({ do: fc.constant('time' as const), ms: fc.constantFrom(1000, LEASE_MS, 2 * HOUR, 200 * HOUR) }),
  ),
  weighed(3, fc.record({ do: fc.constant('attend' as const), run: which.run, due: seldom })),
  weighed(1, ofRun('void' as const)),
  weighed(1, ofRun('resolve' as const)),
  weighed(1, ofRun('fire' as const)),
  weighed(1, ofRun('cancel' as const)),
  weighed(1, end),
  weighed(4, bundle),
  weighed(2, named('halt' as const)),
  weighed(3, fc.record({ do: fc.constant('resume' as const), who: people })),
  weighed(1, named('freeze' as const)),
  weighed(1, fc.record({ do: fc.constant('lift' as const), who: people })),
  weighed(2, fc.record({ do: fc.constant('settle' as const), run: which.run, who: people, happened: fc.boolean() })),
  weighed(1, named('restart' as const)),
  weighed(
    1,
    fc.record({
      do: fc.constant('verified' as const),
      run: which.run,
      verdict: fc.constantFrom('failed' as const, 'healthy' as const),
    }),
  ),
);
export type Step = typeof single extends fc.Arbitrary<infer T> ? T : never;
