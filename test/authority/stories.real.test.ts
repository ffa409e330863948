import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { JsonObject } from '../../src/domain/json.ts';
import { brokenLink, type LedgerEntry } from '../../src/domain/ledger.ts';
import { ANN, type AuthorityFixture, BOB, startAuthority } from '../support/authority-fixture.ts';
import { type Effect, type Shown, stories, tell } from '../support/authority-story.ts';
import { describeReal } from '../support/parts.ts';

/** 200 stories in every run; `BELAY_STORIES=10000` for a night. A failure prints its seed: `BELAY_SEED` tells it again. */
const STORIES = Number(process.env['BELAY_STORIES'] ?? 200);
const SEED = process.env['BELAY_SEED'];

const text = (body: JsonObject, key: string): string => {
  const value = body[key];
  return typeof value === 'string' ? value : '';
};

interface GateLife {
  state: 'open' | 'approved' | 'denied' | 'closed';
  option: string;
  digest: string;
}

/**
 * Reads a run's ledger as a court would, knowing nothing of how the authority works: what was shown, what was signed and
 * when, and whether everything that was begun followed from it. Gives what is wrong, in words.
 */
function judge(entries: readonly LedgerEntry[], shown: readonly Shown[]): string[] {
  const wrong: string[] = [];
  const gates = new Map<string, GateLife>();
  const previews = new Map<string, string>();
  const decided = new Set<string>();
  const intended = new Map<string, number>();
  const fences = new Map<string, unknown>();
  const ended = new Map<string, string[]>();
  let cancelled = false;
  let over = false;
  for (const { kind, body, seq } of entries) {
    const complain = (what: string) => wrong.push(`entry ${seq} (${kind}): ${what}`);
    const action = text(body, 'action');
    const key = `${action} ${text(body, 'phase')}`;
    const gate = gates.get(text(body, 'gate'));
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others begin, allow and end nothing
    switch (kind) {
      case 'action.previewed':
        if (intended.has(`${action} execute`)) complain('it was shown anew after it had begun');
        previews.set(action, text(body, 'digest'));
        break;
      case 'gate.opened':
        gates.set(text(body, 'gate'), { state: 'open', option: '', digest: '' });
        break;
      case 'decision.recorded': {
        const person: unknown = body['person'];
        const id = JSON.stringify(person).includes(`"${ANN.id}"`) ? ANN.id : BOB.id;
        if (!JSON.stringify(person).includes(`"${id}"`)) complain('by somebody who is no approver');
        if (gate?.state !== 'open') complain('on a gate that was not open');
        if (decided.has(`${text(body, 'gate')} ${id}`)) complain('a second time by the same person');
        decided.add(`${text(body, 'gate')} ${id}`);
        break;
      }
      case 'gate.decided':
        if (gate) {
          gate.state = text(body, 'state') === 'approved' ? 'approved' : 'denied';
          gate.option = text(body, 'option');
          gate.digest = text(body, 'digest');
        }
        break;
      case 'gate.voided':
      case 'gate.expired':
        if (gate) gate.state = 'closed';
        break;
      case 'run.note':
        cancelled ||= text(body, 'text').startsWith('Cancelled by');
        break;
      case 'run.finished':
        if (over) complain('a second end');
        over = true;
        break;
      case 'action.reconciling':
        if (!(Number(body['fence']) > Number(fences.get(key)))) complain('a fence that does not rise');
        fences.set(key, body['fence']);
        break;
      case 'action.intended': {
        const option = shown
          .find((one) => one.gate === text(body, 'gate'))
          ?.options.find((one) => one.id === gate?.option && one.digest === gate.digest);
        if (over) complain('after the end of the run');
        if (intended.has(key)) complain('a second intent');
        if (gate?.state !== 'approved') complain(`under a gate that is ${gate?.state ?? 'unknown'}`);
        if (!option?.actions.some((one) => one.id === action && one.digest === text(body, 'digest')))
          complain('not what was shown and approved');
        const before =
          option?.actions.slice(
            0,
            option.actions.findIndex((one) => one.id === action),
          ) ?? [];
        if (
          text(body, 'phase') === 'execute' &&
          before.some((one) => ended.get(`${one.id} execute`)?.at(-1) !== 'action.executed')
        )
          complain('before what was approved to come first');
        if (text(body, 'digest') !== previews.get(action)) complain('not what was last seen of it');
        if (text(body, 'phase') === 'execute' && cancelled) complain('after the run was cancelled');
        if (text(body, 'phase') === 'undo' && ended.get(`${action} execute`)?.at(-1) !== 'action.executed')
          complain('an undo of what was not done');
        intended.set(key, seq);
        fences.set(key, body['fence']);
        break;
      }
      case 'action.executed':
      case 'action.failed':
      case 'action.undone':
      case 'action.undo-failed':
      case 'action.in-doubt': {
        const before = ended.get(key) ?? [];
        if (!intended.has(key)) complain('an end without an intent');
        if (body['fence'] !== undefined && body['fence'] !== fences.get(key)) complain('under a fence that is over');
        // Only a doubt may be followed by better knowledge.
        if (before.some((one) => one !== 'action.in-doubt')) complain('a second end');
        ended.set(key, [...before, kind]);
        break;
      }
      default:
        break;
    }
  }
  return wrong;
}

/** What happened in the world must stand in the ledgers, once each, and as it was approved. */
function unaccounted(effects: readonly Effect[], entries: readonly LedgerEntry[]): string[] {
  const seen = new Set<string>();
  return effects.flatMap((effect) => {
    const key = `${effect.action} ${effect.phase}`;
    const twice = seen.has(key);
    seen.add(key);
    const intent = entries.find(
      ({ kind, body }) =>
        kind === 'action.intended' && text(body, 'action') === effect.action && text(body, 'phase') === effect.phase,
    );
    if (twice) return [`${key} happened twice`];
    if (!intent) return [`${key} happened without an intent`];
    return text(intent.body, 'digest') === effect.digest ? [] : [`${key} was not what was intended`];
  });
}

describeReal('whatever happens, in whatever order and at the same time,', ['postgres'], () => {
  let belay: AuthorityFixture;
  let told = 0;
  const seen = new Set<string>();
  beforeAll(async () => {
    belay = await startAuthority();
  });
  afterAll(() => belay.close());

  test(
    `at most one effect per action and phase, only of what was approved, and a record that holds (${STORIES} stories)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(stories, async (story) => {
          told += 1;
          const { runs, effects, shown } = await tell(belay, `story-${told}`, story);
          const ledgers = await Promise.all(runs.map((run) => belay.doors.ledger(run)));
          for (const [at, entries] of ledgers.entries()) {
            expect(brokenLink(runs[at] ?? '', entries)).toBeUndefined();
            expect(judge(entries, shown)).toEqual([]);
            for (const entry of entries) seen.add(entry.kind);
          }
          expect(unaccounted(effects, ledgers.flat())).toEqual([]);
          for (const { phase } of effects) seen.add(`effect ${phase}`);
        }),
        { numRuns: STORIES, ...(SEED === undefined ? {} : { seed: Number(SEED) }), endOnFailure: true },
      );
    },
    // Each story is some fifty transactions.
    Math.max(300_000, STORIES * 1500),
  );

  test('and all of it together verifies; the stories told of everything there is to tell', async () => {
    expect(await belay.doors.verifyLedger()).toMatchObject({ problems: [] });
    // A property that never saw an effect has shown nothing.
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'effect execute',
        'decision.recorded',
        'decision.refused',
        'grant.refused',
        'action.executed',
        'action.failed',
        'action.in-doubt',
        'action.reconciling',
        'gate.voided',
        'gate.expired',
        'alert.resolved',
        'run.finished',
      ]),
    );
  });
});
