import type { JsonObject } from '../../src/domain/json.ts';
import type { LedgerEntry } from '../../src/domain/ledger.ts';
import type { Effect, Shown, Slot } from './authority-story.ts';
import { decisionProblem, quorumProblem, validForOf } from './story-quorum.ts';

const text = (body: JsonObject, key: string): string => {
  const value = body[key];
  return typeof value === 'string' ? value : '';
};

interface GateLife {
  state: 'open' | 'approved' | 'over';
  option: string;
  digest: string;
  approvedAt: number;
}

/** Which of the halted, the bundles and the freezes an entry fell under. */
const slotOf = (slots: readonly Slot[], run: string, seq: number): Slot | undefined =>
  slots.find(({ ends }) => (ends.get(run) ?? 0) >= seq);

/**
 * Reads a run's ledger as a court would, knowing nothing of how the authority works: what was shown, who was asked, what
 * was signed and when, and whether everything that was begun followed from it. Gives what is wrong, in words.
 */
export function judge(
  entries: readonly LedgerEntry[],
  { shown, slots, effects }: { shown: readonly Shown[]; slots: readonly Slot[]; effects: readonly Effect[] },
): string[] {
  const wrong: string[] = [];
  const gates = new Map<string, GateLife>();
  const previews = new Map<string, string>();
  const said = new Set<string>();
  const begun = new Map<string, string>();
  const fences = new Map<string, unknown>();
  const ended = new Map<string, string[]>();
  let cancelled = false;
  let over = false;
  for (const [at, { kind, body, seq, run, at: when }] of entries.entries()) {
    const complain = (what: string | undefined) => what !== undefined && wrong.push(`entry ${seq} (${kind}): ${what}`);
    const action = text(body, 'action');
    const phase = text(body, 'phase');
    const key = `${action} ${phase}`;
    const gate = gates.get(text(body, 'gate'));
    const slot = slotOf(slots, run, seq);
    /** Whether enough people stood behind it at this very entry, and nothing held it up. */
    const mayBegin = (under: string) => {
      const life = gates.get(under);
      if (!slot || !life) return complain(`under ${under}, which nobody knows`);
      if (slot.halted) complain('during a halt');
      return complain(quorumProblem(entries.slice(0, at), { gate: under, option: life.option }, slot));
    };
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others begin, allow and end nothing
    switch (kind) {
      case 'action.previewed':
        if (begun.has(`${action} execute`)) complain('it was shown anew after it had begun');
        previews.set(action, text(body, 'digest'));
        break;
      case 'gate.opened':
        if (gate) complain('a second time');
        gates.set(text(body, 'gate'), { state: 'open', option: '', digest: '', approvedAt: 0 });
        break;
      case 'decision.recorded': {
        const words = `${text(body, 'gate')} ${JSON.stringify(body['standing'])} ${text(body, 'decision')}`;
        if (slot) complain(decisionProblem(body, slot));
        if (gate?.state !== 'open') complain('on a gate that was not open');
        if (said.has(words)) complain('a second time by the same person');
        said.add(words);
        break;
      }
      case 'gate.decided':
        if (gate) {
          gate.state = text(body, 'state') === 'approved' ? 'approved' : 'over';
          gate.option = text(body, 'option');
          gate.digest = text(body, 'digest');
          gate.approvedAt = Date.parse(when);
        }
        break;
      case 'gate.voided':
      case 'gate.expired':
        if (gate) gate.state = 'over';
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
        // It was done again under this fence, so it had to be allowed again.
        if (
          phase === 'execute' &&
          effects.some((one) => one.action === action && one.phase === phase && one.fence === body['fence'])
        )
          mayBegin(begun.get(key) ?? '');
        break;
      case 'action.intended': {
        const option = shown
          .find((one) => one.gate === text(body, 'gate'))
          ?.options.find((one) => one.id === gate?.option && one.digest === gate.digest);
        const digest = text(body, 'digest');
        if (over) complain('after the end of the run');
        if (begun.has(key)) complain('a second intent');
        if (gate?.state !== 'approved') complain(`under a gate that is ${gate?.state ?? 'unknown'}`);
        if (!option?.actions.some((one) => one.id === action && one.digest === digest))
          complain('not what was shown and approved');
        if (digest !== previews.get(action)) complain('not what was last seen of it');
        const place = option?.actions.findIndex((one) => one.id === action) ?? 0;
        const before = option?.actions.slice(0, place) ?? [];
        if (phase === 'execute') {
          if (before.some((one) => ended.get(`${one.id} execute`)?.at(-1) !== 'done'))
            complain('before what was approved to come first');
          if (cancelled) complain('after the run was cancelled');
          if (place === 0 && gate && Date.parse(when) > gate.approvedAt + validForOf(entries, text(body, 'gate')))
            complain('under an approval that had waited too long');
          mayBegin(text(body, 'gate'));
        } else if (ended.get(`${action} execute`)?.at(-1) !== 'done') complain('an undo of what was not done');
        begun.set(key, text(body, 'gate'));
        fences.set(key, body['fence']);
        break;
      }
      case 'action.executed':
      case 'action.failed':
      case 'action.undone':
      case 'action.undo-failed':
      case 'action.settled':
      case 'action.in-doubt': {
        const before = ended.get(key) ?? [];
        if (!begun.has(key)) complain('an end without an intent');
        if (body['fence'] !== undefined && body['fence'] !== fences.get(key)) complain('under a fence that is over');
        // Only a doubt may be followed by better knowledge, and only a doubt is settled by a person.
        if (before.some((one) => one !== 'in-doubt')) complain('a second end');
        if (kind === 'action.settled' && before.at(-1) !== 'in-doubt') complain('of what was in no doubt');
        const done = kind === 'action.executed' || kind === 'action.undone' || text(body, 'status') === 'done';
        ended.set(key, [...before, kind === 'action.in-doubt' ? 'in-doubt' : done ? 'done' : 'failed']);
        break;
      }
      default:
        break;
    }
  }
  return wrong;
}

/** What happened in the world must stand in the ledgers, once each, and as it was approved. */
export function unaccounted(effects: readonly Effect[], entries: readonly LedgerEntry[]): string[] {
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
