import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { JsonObject } from '../../src/domain/json.ts';
import { brokenLink, type LedgerEntry } from '../../src/domain/ledger.ts';
import { type AuthorityFixture, startAuthority } from '../support/authority-fixture.ts';
import { type Slot, tell } from '../support/authority-story.ts';
import { describeReal } from '../support/parts.ts';
import { EXAMPLES } from '../support/story-examples.ts';
import { fakeStepUp } from '../support/fake-step-up.ts';
import { judge, unaccounted } from '../support/story-judge.ts';
import { BUNDLES } from '../support/story-bundles.ts';
import type { Step } from '../support/story-steps.ts';
import { stories } from '../support/story-ways.ts';

/** 250 stories in every run; `BELAY_STORIES=10000` for a night. A failure prints its seed: `BELAY_SEED` tells it again. */
const STORIES = Number(process.env['BELAY_STORIES'] ?? 250);
const SEED = process.env['BELAY_SEED'];
/** A grant reads the sequence of the whole database, so a night of stories has several. */
const PER_DATABASE = 40;

/** What the stories must have told of, each at least once: a property that never saw an effect has shown nothing. */
const TOLD = [
  'effect execute',
  'effect undo',
  'halted slot',
  'decision.recorded',
  'decision.refused',
  'grant.refused',
  'action.executed',
  'action.failed',
  'action.in-doubt',
  'action.settled',
  'action.reconciling',
  'action.performed-outside',
  'approval.revoked',
  'gate.revised',
  'gate.voided',
  'gate.expired',
  'gate.escalated',
  'gate.forced',
  'alert.resolved',
  'run.finished',
];

/** `BELAY_STORIES_EXAMPLES=none` leaves them out, to see what the random ones find alone. */
const examples: [Step[][]][] =
  process.env['BELAY_STORIES_EXAMPLES'] === 'none' ? [] : EXAMPLES.map((story) => [story.map((step) => [step])]);

describeReal('whatever happens, in whatever order and at the same time,', ['postgres'], () => {
  let belay: AuthorityFixture;
  let told = 0;
  const seen = new Set<string>();
  const finished = async () => {
    expect(await belay.doors.verifyLedger()).toMatchObject({ problems: [] });
    await belay.close();
  };
  beforeAll(async () => {
    belay = await startAuthority({ stepUp: fakeStepUp() });
  });
  afterAll(() => belay.close());

  test(
    `at most one effect per action and phase, only of what enough people approved, and a record that holds (${STORIES} stories)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(stories, async (story) => {
          told += 1;
          if (told % PER_DATABASE === 0) {
            await finished();
            belay = await startAuthority({ stepUp: fakeStepUp() });
          }
          const { runs, effects, shown, slots } = await tell(belay, `story-${told}`, story);
          const ledgers = await Promise.all(runs.map((run) => belay.doors.ledger(run)));
          for (const [at, entries] of ledgers.entries()) {
            expect(brokenLink(runs[at] ?? '', entries)).toBeUndefined();
            expect(judge(entries, { shown, slots, effects })).toEqual([]);
            for (const entry of entries) seen.add(entry.kind);
          }
          expect(unaccounted(effects, ledgers.flat())).toEqual([]);
          for (const { phase } of effects) seen.add(`effect ${phase}`);
          if (slots.some(({ halted }) => halted)) seen.add('halted slot');
        }),
        { examples, numRuns: STORIES, ...(SEED === undefined ? {} : { seed: Number(SEED) }), endOnFailure: true },
      );
    },
    // Each story is some fifty transactions.
    Math.max(300_000, STORIES * 5000),
  );

  test('and all of it together verifies; the stories told of everything there is to tell', async () => {
    expect(await belay.doors.verifyLedger()).toMatchObject({ problems: [] });
    expect(TOLD.filter((one) => !seen.has(one))).toEqual([]);
  });

  describe('and the judge of the stories is no rubber stamp: it complains when', () => {
    const GOOD: Step[] = [
      { do: 'preview', run: 0, seq: 1, revision: 0 },
      { do: 'ask', run: 0 },
      { do: 'decide', run: 0, who: 'ann', what: 'approve', option: 0, stale: false },
      { do: 'decide', run: 0, who: 'bob', what: 'approve', option: 0, stale: false },
      { do: 'lock', run: 0 },
      { do: 'work', run: 0, seq: 1, phase: 'execute', fate: 'done', drifted: false },
      { do: 'cancel', run: 0 },
      { do: 'work', run: 0, seq: 1, phase: 'undo', fate: 'done', drifted: false },
    ];
    let story: Awaited<ReturnType<typeof tell>>;
    let entries: LedgerEntry[];
    beforeAll(async () => {
      const name = `good-${told}`;
      story = await tell(
        belay,
        name,
        GOOD.map((one) => [one]),
      );
      entries = await belay.doors.ledger(story.runs[0] ?? '');
    });

    /** What the judge says of the good story with its entries, or what was around them, changed. */
    const said = (change: (entries: LedgerEntry[]) => LedgerEntry[], around: Partial<Slot> = {}) =>
      judge(change(entries), { ...story, slots: story.slots.map((slot) => ({ ...slot, ...around })) });
    const without =
      (kind: LedgerEntry['kind'], nth = 0) =>
      (all: LedgerEntry[]) =>
        all.filter((one) => one !== all.filter((other) => other.kind === kind)[nth]);
    const twice = (kind: LedgerEntry['kind']) => (all: LedgerEntry[]) =>
      all.flatMap((one) => (one.kind === kind ? [one, one] : [one]));
    const before =
      (kind: LedgerEntry['kind'], other: LedgerEntry['kind'], body: JsonObject = {}) =>
      (all: LedgerEntry[]) =>
        all.flatMap((one) =>
          one.kind === kind ? [{ ...one, kind: other, body: { ...one.body, ...body } }, one] : [one],
        );
    const changed = (kind: LedgerEntry['kind'], body: JsonObject) => (all: LedgerEntry[]) =>
      all.map((one) => (one.kind === kind ? { ...one, body: { ...one.body, ...body } } : one));

    test('nothing is wrong, only then not', () => {
      expect(said((all) => all)).toEqual([]);
      expect(story.effects.map(({ phase }) => phase)).toEqual(['execute', 'undo']);
    });

    test.each<[string, () => string[]]>([
      ['the first approval is missing', () => said(without('decision.recorded', 0))],
      ['the second approval is missing', () => said(without('decision.recorded', 1))],
      ['an approval is of another option', () => said(changed('decision.recorded', { option: 'o1' }))],
      ['the gate was never decided', () => said(without('gate.decided'))],
      ['the gate was denied', () => said(changed('gate.decided', { state: 'denied' }))],
      ['the gate was withdrawn before', () => said(before('action.intended', 'gate.voided'))],
      ['it begins twice', () => said(twice('action.intended'))],
      ['it ends twice', () => said(twice('action.executed'))],
      ['another digest was begun than was shown', () => said(changed('action.intended', { digest: 'sha256:0' }))],
      ['it was shown anew after it had begun', () => said(before('action.executed', 'action.previewed'))],
      ['somebody said it twice', () => said(twice('decision.recorded'))],
      ['the run was over before', () => said(before('action.intended', 'run.finished'))],
      ['it was cancelled before', () => said(before('action.intended', 'run.note', { text: 'Cancelled by bob' }))],
      ['it was halted all the while', () => said((all) => all, { halted: true })],
      [
        'policy asks for more now',
        () =>
          said((all) => all, {
            bundles: [BUNDLES.tight].map((one) => ({ ...one, needs: () => [{ count: 3, group: 'sre' }] })),
          }),
      ],
      ['policy forbids it now', () => said((all) => all, { bundles: [BUNDLES.never] })],
      ['an approver was deactivated', () => said((all) => all, { bundles: [BUNDLES.withoutAnn] })],
      ['a freeze asks for one more', () => said((all) => all, { frozen: [true] })],
      [
        'a revoked approval was counted',
        () => {
          const number = entries.find(({ kind }) => kind === 'decision.recorded')?.body['number'] ?? 0;
          return said(before('gate.decided', 'approval.revoked', { decision: number }));
        },
      ],
      ['an undo comes without what it takes back', () => said(without('action.executed'))],
      ['an effect happened twice', () => unaccounted([...story.effects, ...story.effects], entries)],
      ['an effect has no intent', () => unaccounted(story.effects, [])],
    ])('%s', (_, complaints) => {
      expect(complaints()).not.toEqual([]);
    });
  });
});
