import { LEASE_MS } from './authority-manifest.ts';
import type { Step } from './story-steps.ts';

type Person = Extract<Step, { do: 'decide' }>['who'];

const shown: Step[] = [
  { do: 'preview', run: 0, seq: 1, revision: 0 },
  { do: 'preview', run: 0, seq: 2, revision: 0 },
  { do: 'ask', run: 0 },
];
const said = (who: Person, what: Extract<Step, { do: 'decide' }>['what'] = 'approve') => ({
  do: 'decide' as const,
  run: 0 as const,
  who,
  what,
  option: 0,
  stale: false,
});
const work = (fate: Extract<Step, { do: 'work' }>['fate'], phase: 'execute' | 'undo' = 'execute') => ({
  do: 'work' as const,
  run: 0 as const,
  seq: 1,
  phase,
  fate,
  drifted: false,
});
const ask: Step = { do: 'ask', run: 0 };
const lock: Step = { do: 'lock', run: 0 };
const approved = [said('ann'), said('bob'), lock];

/** Stories that are always told, so that what they are about is never left to chance. */
export const EXAMPLES: readonly Step[][] = [
  // Edited, approved anew, in doubt, settled by people, taken back.
  [
    ...shown,
    said('cy', 'edit'),
    ask,
    said('cy'),
    ...approved,
    work('in-doubt'),
    { do: 'settle', run: 0, who: 'ann', happened: true },
    { do: 'verified', run: 0, verdict: 'failed' },
    work('done', 'undo'),
  ],
  // Approved by somebody who is deactivated then; asked again, and done by hand.
  [...shown, ...approved, { do: 'bundle', name: 'withoutAnn' }, work('done'), ask, said('cy', 'by-hand')],
  // Nobody decides; then halted, resumed by two, and a worker that dies between the effect and its record.
  [
    ...shown,
    { do: 'attend', run: 0, due: true },
    ask,
    { do: 'halt' },
    said('ann'),
    lock,
    { do: 'resume', who: 'ann' },
    { do: 'resume', who: 'cy' },
    ...approved,
    work('dies-after'),
    { do: 'time', ms: LEASE_MS },
    work('done'),
    { do: 'resolve', run: 0 },
    { do: 'cancel', run: 0 },
    work('done', 'undo'),
    { do: 'end', run: 0, how: 'finish' },
  ],
  [...shown, ...approved, { do: 'restart' }, work('failed')],
  // What must not begin: under a halt, with too few by the rule of now, with too few by the rule of opening.
  [...shown, ...approved, { do: 'halt' }, { do: 'lock', run: 1 }, work('done')],
  [...shown, { do: 'bundle', name: 'tight' }, ...approved, work('done')],
  [{ do: 'bundle', name: 'tight' }, ...shown, { do: 'bundle', name: 'loose' }, said('ann'), lock, work('done')],
  // Whoever asked for the second run is of the group that is asked, and says yes as well.
  [
    { do: 'preview', run: 1, seq: 1, revision: 0 },
    { do: 'ask', run: 1 },
    ...(['requester', 'cy'] as const).map((who) => ({ ...said(who), run: 1 as const })),
    { do: 'lock', run: 1 },
    { ...work('done'), run: 1 },
    { ...said('ann'), run: 1 },
    { ...work('done'), run: 1 },
    // Verified differently, and then as at first.
    ...(['failed', 'healthy', 'failed'] as const).map((verdict) => ({
      do: 'verified' as const,
      run: 1 as const,
      verdict,
    })),
  ],
];
