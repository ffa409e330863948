import * as fc from 'fast-check';
import { LEASE_MS } from './authority-manifest.ts';
import { BUNDLES, type BundleName, ESCALATES_MS } from './story-bundles.ts';
import { FATES, single, type Step } from './story-steps.ts';

const HOUR = 3_600_000;

type Run = 0 | 1;
type Who = Extract<Step, { do: 'decide' }>['who'];
const said = (run: Run, who: Who, option: number, what: Extract<Step, { do: 'decide' }>['what'] = 'approve'): Step => ({
  do: 'decide',
  run,
  who,
  what,
  option,
  stale: false,
});

/** One attempt of a worker, which goes well. */
const deed = (run: Run, seq: number): Extract<Step, { do: 'work' }> => ({
  do: 'work',
  run,
  seq,
  phase: 'execute',
  fate: 'done',
  drifted: false,
});

type Words = (run: Run, option: number) => Step[];

const escalated: Words = (run, option) => [
  { do: 'time', ms: ESCALATES_MS },
  { do: 'attend', run, due: false },
  said(run, 'eve', option),
  said(run, 'ann', option),
];
const forced: Words = (run) => [{ do: 'force', run, who: 'ann', lacks: 'nothing' }];

/** How a gate comes to be approved, each just so: take one step away and it should not be. */
const WAYS: readonly Words[] = [
  (run, option) => [said(run, 'ann', option), said(run, 'bob', option)],
  (run, option) => [said(run, 'ann', option), said(run, 'bob', option)],
  (run, option) => [said(run, 'bob', option), said(run, 'cy', option)],
  // The owner does not answer, and the leads are asked in their place.
  escalated,
  forced,
  (run, option) => [
    said(run, 'cy', option, 'edit'),
    { do: 'ask', run },
    said(run, 'ann', option),
    said(run, 'bob', option),
  ],
];

/** Something that goes another way than it should, at one place of a way. */
interface Turn {
  /** What is in force when it opens; the usual unless given. */
  readonly from?: BundleName;
  /** What comes once it is asked. */
  readonly asked?: (run: Run) => Step;
  /** What people say, instead of one of the ways. */
  readonly words?: Words;
  /** What comes between the last word and the first deed, which is when it matters most. */
  readonly approved?: (run: Run, option: number) => Step;
  /** What comes between the first deed of two and the second. */
  readonly begun?: (run: Run) => Step;
}

const rules = (name: BundleName) => (): Step => ({ do: 'bundle', name });
const ruled = (name: BundleName): Turn => ({ approved: rules(name) });
const saying = (words: Words): Turn => ({ words });
const then = (approved: NonNullable<Turn['approved']>): Turn => ({ approved });
const halt = (): Step => ({ do: 'halt' });

const TURNS: readonly (readonly [weight: number, turn: Turn])[] = [
  [4, {}],
  // Policy and people: loosened, tightened, forbidden, gone.
  [2, { from: 'tight', asked: rules('loose') }],
  [2, { from: 'tight', asked: rules('usual') }],
  [2, ruled('tight')],
  [1, { from: 'loose', ...ruled('usual') }],
  [2, ruled('never')],
  [2, { words: forced, ...ruled('strict') }],
  [1, { from: 'strict', words: forced }],
  [1, { from: 'strict', asked: rules('usual'), words: forced }],
  [1, { from: 'patient', words: escalated }],
  [1, { asked: rules('patient'), words: escalated }],
  [2, ruled('withoutAnn')],
  [1, ruled('withoutBob')],
  [1, ruled('onlyOwnerBob')],
  [1, ruled('annMoved')],
  [1, { words: escalated, ...ruled('withoutEve') }],
  [2, { asked: halt }],
  [3, then(halt)],
  [3, then(() => ({ do: 'freeze' }))],
  [1, then(() => ({ do: 'restart' }))],
  [2, then(() => ({ do: 'time', ms: ESCALATES_MS }))],
  [1, then((run) => ({ do: 'cancel', run }))],
  [3, { begun: (run) => ({ do: 'cancel', run }) }],
  [2, { begun: halt }],
  [1, { begun: rules('never') }],
  [2, then((run) => ({ do: 'void', run }))],
  [2, then((run) => ({ do: 'unlock', run }))],
  [3, then((run, option) => ({ ...deed(run, option === 1 ? 2 : 1), drifted: true }))],
  [2, then((run, option) => deed(run, option === 1 ? 1 : 2))],
  // Words that are not enough, or are nobody's to say.
  [2, saying((run, option) => [said(run, 'requester', option), said(run, 'cy', option)])],
  [
    2,
    saying((run, option) => [
      said(run, 'cy', option, 'edit'),
      { do: 'ask', run },
      said(run, 'cy', option),
      said(run, 'requester', option),
      said(run, 'bob', option),
    ]),
  ],
  [2, saying((run, option) => [said(run, 'ann', option), said(run, 'ann', option)])],
  [2, saying((run, option) => [said(run, 'eve', option), said(run, 'ann', option)])],
  // The leads come in for an owner, not for sre.
  [
    2,
    saying((run, option) => [
      { do: 'time', ms: ESCALATES_MS },
      { do: 'attend', run, due: false },
      said(run, 'eve', option),
      said(run, 'cy', option),
    ]),
  ],
  [2, saying((run, option) => [{ do: 'attend', run, due: false }, said(run, 'eve', option), said(run, 'ann', option)])],
  [2, saying((run) => [{ do: 'force', run, who: 'cy', lacks: 'nothing' }])],
  [
    2,
    saying((run) => [
      { do: 'resolve', run },
      { do: 'force', run, who: 'ann', lacks: 'nothing' },
    ]),
  ],
  [
    2,
    saying((run) => [
      { do: 'force', run, who: 'ann', lacks: 'own passkey' },
      { do: 'force', run, who: 'ann', lacks: 'passkey' },
    ]),
  ],
  [2, saying((run, option) => [{ do: 'time', ms: 200 * HOUR }, said(run, 'ann', option), said(run, 'bob', option)])],
  [2, saying((run, option) => [said(run, 'ann', option), said(run, 'bob', option, 'deny'), said(run, 'cy', option)])],
];

const bundleNames = Object.keys(BUNDLES).filter((name): name is BundleName => name in BUNDLES);

/** What may come between any two steps of a way, aimed at what is under way. */
const twist = (run: Run): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...bundleNames).map((name): Step => ({ do: 'bundle', name })) },
    {
      weight: 10,
      arbitrary: fc.constantFrom<Step>(
        { do: 'halt' },
        { do: 'halt' },
        { do: 'freeze' },
        { do: 'cancel', run },
        { do: 'void', run },
        { do: 'resolve', run },
        { do: 'unlock', run },
        { do: 'lock', run: run === 0 ? 1 : 0 },
        { do: 'time', ms: LEASE_MS },
        { do: 'time', ms: ESCALATES_MS },
        { do: 'time', ms: ESCALATES_MS },
        { do: 'restart' },
        { do: 'end', run, how: 'finish' },
        { do: 'preview', run, seq: 1, revision: 1 },
        { do: 'work', run, seq: 1, phase: 'execute', fate: 'done', drifted: true },
        { do: 'work', run, seq: 1, phase: 'undo', fate: 'done', drifted: false },
      ),
    },
    { weight: 4, arbitrary: single },
  );

/** What is done to a way: something in between, at the same time as a step, or a step left out, done twice or put off. */
const change = fc.record({
  how: fc.constantFrom('between' as const, 'between', 'between', 'beside', 'without', 'twice', 'swapped'),
  // Late changes are the ones that matter: what was approved and is about to be done.
  at: fc.oneof(fc.nat({ max: 20 }), fc.integer({ min: -6, max: -1 })),
});

type Told = readonly (readonly Step[])[];

function changed(way: Told, { how, at, step }: { how: string; at: number; step: Step }): Told {
  const place = at < 0 ? Math.max(0, way.length + at) : at % (way.length + 1);
  const there = way[place] ?? [];
  switch (how) {
    case 'between':
      return way.toSpliced(place, 0, [step]);
    case 'beside':
      return way.toSpliced(place, 1, [...there, step].slice(0, 3));
    case 'without':
      return way.toSpliced(place, 1);
    case 'twice':
      return way.toSpliced(place, 1, there, there);
    default:
      return way.toSpliced(place, 2, way[place + 1] ?? [], there);
  }
}

/** A way from the first preview to the undo, or as far as it is told. */
const whole = fc
  .record({
    run: fc.constantFrom<Run>(0, 0, 0, 1),
    option: fc.constantFrom(0, 0, 1, 2, 2),
    turn: fc.oneof(...TURNS.map(([weight, turn]) => ({ weight, arbitrary: fc.constant(turn) }))),
    way: fc.constantFrom(...WAYS),
    fate: fc.constantFrom(...FATES),
    again: fc.constantFrom<'done' | 'dies-after'>('done', 'done', 'dies-after'),
    after: fc.constantFrom<'verified' | 'cancelled' | 'nothing'>('verified', 'verified', 'cancelled', 'nothing'),
  })
  .map(({ run: any, option: one, turn, way, fate, again, after }): Told => {
    const words = turn.words ?? way;
    // Only for the first run is an incident open, in which something may be forced.
    const run = words === forced ? 0 : any;
    // Both deeds, one after the other.
    const option = turn.begun ? 2 : one;
    const [first, second] = option === 1 ? [2, 1] : [1, 2];
    const cut: Step[] = fate === 'dies-before' || fate === 'dies-after' ? [{ do: 'time', ms: LEASE_MS }] : [];
    const steps: Step[] = [
      ...(turn.from ? [{ do: 'bundle' as const, name: turn.from }] : []),
      { do: 'preview', run, seq: 1, revision: 0 },
      { do: 'preview', run, seq: 2, revision: 0 },
      { do: 'ask', run },
      ...(turn.asked ? [turn.asked(run)] : []),
      ...words(run, option),
      { do: 'lock', run },
      ...(turn.approved ? [turn.approved(run, option)] : []),
      { ...deed(run, first), fate },
      ...(cut.length > 0
        ? // Once too early, once in time, and then whoever was thought dead.
          [
            deed(run, first),
            ...cut,
            { ...deed(run, first), fate: again },
            { do: 'late' as const, run, seq: first, phase: 'execute' as const },
          ]
        : []),
      ...(fate === 'in-doubt' ? [{ do: 'settle' as const, run, who: 'ann' as const, happened: true }] : []),
      ...(turn.begun ? [turn.begun(run)] : []),
      ...(option === 2 ? [deed(run, second)] : []),
      ...(after === 'verified' ? [{ do: 'verified' as const, run, verdict: 'failed' as const }] : []),
      ...(after === 'cancelled' ? [{ do: 'cancel' as const, run }] : []),
      { ...deed(run, option === 2 ? second : first), phase: 'undo' },
    ];
    return steps.map((step) => [step]);
  });

const oneStory = whole.chain((way) => {
  const run = way.flat().find((one) => one.do === 'ask')?.run ?? 0;
  return fc.tuple(
    fc
      .array(fc.tuple(change, twist(run)), { minLength: 0, maxLength: 2 })
      .map((changes) => changes.reduce((told, [how, step]) => changed(told, { ...how, step }), way)),
    fc.array(fc.array(single, { minLength: 1, maxLength: 3 }), { minLength: 0, maxLength: 4 }),
  );
});

/** What happens, in order; what stands in one list happens at the same time. A way with changes, and then anything. */
export const stories = oneStory.map(([way, rest]) => [...way, ...rest]);
