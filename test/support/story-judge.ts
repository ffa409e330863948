import type { JsonObject } from '../../src/domain/json.ts';
import type { LedgerEntry } from '../../src/domain/ledger.ts';
import type { Effect, Shown, Slot } from './authority-story.ts';
import { LEASE_MS } from './authority-manifest.ts';
import { decisionProblem, escalationProblem, quorumProblem, timesOf } from './story-quorum.ts';

const text = (body: JsonObject, key: string): string => {
  const value = body[key];
  return typeof value === 'string' ? value : '';
};

interface GateLife {
  state: 'open' | 'approved' | 'over';
  option: string;
  digest: string;
  openedAt: number;
  approvedAt: number;
  /** By one person, instead of those who were asked. */
  forced: boolean;
}

/** Words that bring something about, which nobody gives while it is halted. */
const BRINGS = ['approve', 'break-glass'];

/** What is missing after a gate was forced: the leads are told by name, and somebody else has to look at it. */
function afterForcing(entries: readonly LedgerEntry[], at: number, gate: string): string | undefined {
  const later = entries.slice(at).map(({ kind, body }) => ({ kind, body }));
  const forced = later.find(({ kind, body }) => kind === 'gate.forced' && body['gate'] === gate);
  const review = later.find(({ kind, body }) => kind === 'gate.opened' && body['subject'] === gate);
  if (JSON.stringify(forced?.body['paged']) !== '["eve"]') return 'forced, and the leads were not paged';
  return review?.body['kind'] === 'review' ? undefined : 'forced, and nobody was asked to review it';
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
  const leases = new Map<string, number>();
  const ended = new Map<string, string[]>();
  const lastOf = (action: string, phase: string) => ended.get(`${action} ${phase}`)?.at(-1);
  let verdict = '';
  let cancelled = false;
  let over = false;
  for (const [at, { kind, body, seq, run, at: when }] of entries.entries()) {
    const complain = (what: string | undefined) => what !== undefined && wrong.push(`entry ${seq} (${kind}): ${what}`);
    const action = text(body, 'action');
    const phase = text(body, 'phase');
    const key = `${action} ${phase}`;
    const gate = gates.get(text(body, 'gate'));
    const slot = slotOf(slots, run, seq);
    const time = Date.parse(when);
    /** One of the gates that were shown: what is asked about by the authority itself begins nothing. */
    const ofRun = shown.some((one) => one.gate === text(body, 'gate'));
    /** Whether enough people stood behind it at this very entry, and nothing held it up. */
    const mayBegin = (under: string) => {
      const life = gates.get(under);
      if (!slot || !life) return complain(`under ${under}, which nobody knows`);
      if (slot.halted) complain('during a halt');
      return complain(quorumProblem(entries.slice(0, at), { gate: under, ...life }, slot));
    };
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others begin, allow and end nothing
    switch (kind) {
      case 'action.previewed':
        if (begun.has(`${action} execute`)) complain('it was shown anew after it had begun');
        previews.set(action, text(body, 'digest'));
        break;
      case 'gate.opened':
        if (gate) complain('a second time');
        gates.set(text(body, 'gate'), {
          state: 'open',
          option: '',
          digest: '',
          openedAt: time,
          approvedAt: 0,
          forced: false,
        });
        break;
      case 'decision.recorded': {
        const words = `${text(body, 'gate')} ${JSON.stringify(body['standing'])} ${text(body, 'decision')}`;
        if (slot) complain(decisionProblem(entries.slice(0, at), body, slot));
        if (slot?.halted && ofRun && BRINGS.includes(text(body, 'decision'))) complain('during a halt');
        if (gate && time >= gate.openedAt + timesOf(entries, text(body, 'gate')).expiresAfterMs)
          complain('after its time was over');
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
          gate.approvedAt = time;
          gate.forced = body['special'] === 'break-glass';
          if (gate.state === 'approved' && ofRun) mayBegin(text(body, 'gate'));
          if (gate.forced) complain(afterForcing(entries, at, text(body, 'gate')));
        }
        break;
      case 'gate.escalated': {
        const waitedMs = time - (gate?.openedAt ?? Infinity);
        if (gate?.state !== 'open') complain('of a gate that was not open');
        if (slot) complain(escalationProblem(entries.slice(0, at), { gate: text(body, 'gate'), waitedMs }, body, slot));
        break;
      }
      case 'gate.expired':
        if (gate && time < gate.openedAt + timesOf(entries, text(body, 'gate')).expiresAfterMs)
          complain('before its time was over');
        if (gate) gate.state = 'over';
        break;
      case 'gate.voided':
        if (gate) gate.state = 'over';
        break;
      case 'run.verified':
        verdict = text(body, 'verdict');
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
        if (time < (leases.get(key) ?? 0)) complain('while another attempt still might be at it');
        leases.set(key, time + LEASE_MS);
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
        if (slot && !slot.holders.includes(run)) complain('without the lock of its target');
        if (gate?.state !== 'approved') complain(`under a gate that is ${gate?.state ?? 'unknown'}`);
        if (!option?.actions.some((one) => one.id === action && one.digest === digest))
          complain('not what was shown and approved');
        if (digest !== previews.get(action)) complain('not what was last seen of it');
        const place = option?.actions.findIndex((one) => one.id === action) ?? 0;
        const before = option?.actions.slice(0, place) ?? [];
        if (phase === 'execute') {
          if (before.some((one) => lastOf(one.id, 'execute') !== 'done'))
            complain('before what was approved to come first');
          if (cancelled) complain('after the run was cancelled');
          if (place === 0 && gate && time > gate.approvedAt + timesOf(entries, text(body, 'gate')).validForMs)
            complain('under an approval that had waited too long');
          mayBegin(text(body, 'gate'));
        } else {
          if (lastOf(action, 'execute') !== 'done') complain('an undo of what was not done');
          const halfDone = option?.actions.some(({ id }) =>
            ['failed', 'in-doubt'].includes(lastOf(id, 'execute') ?? ''),
          );
          if (!cancelled && verdict !== 'failed' && !halfDone) complain('an undo that nothing asks for');
        }
        begun.set(key, text(body, 'gate'));
        leases.set(key, time + LEASE_MS);
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
    if (effect.drifted) return [`${key} happened to what was no more as people had seen it`];
    if (!intent) return [`${key} happened without an intent`];
    return text(intent.body, 'digest') === effect.digest ? [] : [`${key} was not what was intended`];
  });
}
