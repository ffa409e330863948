import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Gate } from '../../src/domain/gate.ts';
import { tooLongToShow } from '../../src/domain/shown-whole.ts';
import { gateCard } from '../../src/slack/card.ts';
import { decisionSample, requirementSample } from '../support/samples.ts';
import { cardText } from './card-text.ts';
import { GATE, RUN, sampleAction, sampleDecision, sampleGate, sampleOption, sampleRun } from './sample-gate.ts';

const WEB = 'https://belay.example';
const cardOf = (gate: Partial<Gate>, web: string | undefined = WEB): string =>
  cardText(gateCard(sampleGate({ incidentOpen: false, ...gate }), sampleRun(), { web }));
const rowOf = (text: string): string => text.split('\n').find((one) => one.startsWith('[')) ?? '';
const model = { kind: 'model' as const, model: 'm', promptHash: 'x' };

const TWO_GROUPS = requirementSample({
  needs: [
    { count: 2, group: 'sre-oncall' },
    { count: 1, group: 'payments' },
  ],
  rule: 'production: two of the on-call, one of the owner',
  escalate: [{ afterMs: 2 * 3_600_000, group: 'sre-leads' }],
});

describe('who must approve', () => {
  const byAda = decisionSample(
    'Ada Lovelace',
    { option: 'undo', strength: 'step-up', at: '2026-11-21T10:04:30.000Z' },
    ['sre-oncall', 'everybody'],
  );

  test('is said of all groups, with who approved as what and how, and what is missing', () => {
    const text = cardOf({
      requirement: { ...TWO_GROUPS, stepUp: true },
      decisions: [byAda],
      missing: ['1 of sre-oncall', '1 of payments'],
    });
    expect(text).toMatch(/^# ● Approved by Ada Lovelace, still needs 1 of sre-oncall, 1 of payments\n/);
    expect(text).toContain(
      'Approved by *Ada Lovelace* (local:Ada Lovelace) · as sre-oncall · with passkey · 2026-11-21 10:04 UTC',
    );
    expect(text).toContain('*Needs* 2 of sre-oncall, 1 of payments · *Still missing* 1 of sre-oncall, 1 of payments');
    expect(text).toContain('not by who asked for it (alert:alertmanager) · each with their passkey');
    expect(text).toContain('asks sre-leads too at 2026-11-21 12:02 UTC');
    expect(text).toContain('*Expires* 2026-11-21 14:02 UTC, then nothing is done');
  });

  test('is nobody where a group is empty, and that stands in a line of its own', () => {
    const text = cardOf({ requirement: TWO_GROUPS, emptyGroups: ['payments'] });
    expect(text).toContain('*Nobody can approve this:* payments has no members in Belay’s directory.');
  });

  test('once another group was asked, names it', () => {
    const text = cardOf({ requirement: TWO_GROUPS, escalatedTo: ['sre-leads'] });
    expect(text).toContain('*Asked too* sre-leads');
    expect(text).not.toContain('asks sre-leads too');
  });

  test('one denial of two does not end it, and the card says so', () => {
    const denial = sampleDecision({ decision: 'deny', reason: 'not now' });
    expect(cardOf({ requirement: { ...TWO_GROUPS, denials: 2 }, decisions: [denial] })).toMatch(
      /^# ● Denied by Ada Lovelace, not enough to end it\n/,
    );
  });
});

describe('the buttons', () => {
  test('lead to the page of the passkey where policy asks for one', () => {
    const requirement = requirementSample({ stepUp: true });
    const card = gateCard(sampleGate({ requirement }), sampleRun(), { web: WEB });
    expect(cardText(card)).toMatch(/^# ● Approval needed, with passkey/);
    expect(rowOf(cardText(card))).toContain('[*Approve with passkey*]');
    expect(JSON.stringify(card)).toContain(`"url":"${WEB}/approve/${GATE}"`);
    expect(JSON.stringify(card)).not.toContain('"belay.approve"');
  });

  test('offer to send back only what a model proposed', () => {
    expect(rowOf(cardOf({ proposedBy: model }))).toBe('[*Approve*] [Deny…] [I did it by hand…] [⋯ Edit… / Send back…]');
    expect(rowOf(cardOf({}))).toBe('[*Approve*] [Deny…] [I did it by hand…] [⋯ Edit…]');
  });

  test('offer to break the glass only where policy lets somebody, and an incident is open', () => {
    const requirement = requirementSample({ breakGlass: ['sre-oncall'] });
    expect(rowOf(cardOf({ requirement, incidentOpen: true }))).toContain('Break the glass…');
    expect(rowOf(cardOf({ requirement, incidentOpen: false }))).not.toContain('Break');
    expect(rowOf(cardOf({ incidentOpen: true }))).not.toContain('Break');
  });

  test('ask who is on an open incident until somebody is; then the card names them', () => {
    expect(rowOf(cardOf({ incidentOpen: true }))).toContain('[I’m on it]');
    const taken = cardOf({ incidentOpen: true, responder: 'grace' });
    expect(rowOf(taken)).not.toContain('on it');
    expect(taken).toContain('*On it* grace');
  });

  test('edit each step of several, as many as Slack has room for', () => {
    const steps = (count: number) => ({
      options: [
        sampleOption({ actions: Array.from({ length: count }, (_, at) => sampleAction({ id: `${RUN}/${at + 1}` })) }),
      ],
    });
    expect(rowOf(cardOf(steps(2)))).toContain('[⋯ Edit step 1… / Edit step 2…]');
    expect(rowOf(cardOf({ ...steps(9), proposedBy: model }))).toContain(
      '[⋯ Edit step 1… / Edit step 2… / Edit step 3… / Edit another step… / Send back…]',
    );
  });
});

describe('what became of it otherwise', () => {
  const over = { decidedAt: '2026-11-21T10:04:30.000Z', missing: [] };
  const by = (decision: 'edit' | 'send-back' | 'by-hand' | 'break-glass') => [
    sampleDecision({ decision, reason: 'because' }),
  ];

  test.each<[string, Partial<Gate>, RegExp]>([
    [
      'edited',
      { state: 'void', decisions: by('edit'), replacedBy: 'g-000002' },
      /^# ↻ Edited by Ada Lovelace: g-000002 takes its place\n/,
    ],
    [
      'sent back',
      { state: 'void', decisions: by('send-back'), replacedBy: 'g-000002' },
      /^# ↻ Sent back by Ada Lovelace: g-000002 takes its place\n/,
    ],
    [
      'forced',
      { state: 'executing', special: 'break-glass', chosen: 'undo', decisions: by('break-glass') },
      /^# → Forced by Ada Lovelace \(break-glass\), under way\n/,
    ],
    [
      'forced, to be used',
      { state: 'approved', special: 'break-glass', chosen: 'undo', decisions: by('break-glass') },
      /^# ▲ Forced by Ada Lovelace \(break-glass\)\n/,
    ],
    [
      'done by hand',
      { state: 'done', special: 'by-hand', chosen: 'undo', decisions: by('by-hand') },
      /^# → Done, checking the result · by hand by Ada Lovelace\n/,
    ],
    [
      'approved, and then halted',
      { state: 'approved', chosen: 'undo', frozen: 'everything halted by Grace: wrong', decisions: [sampleDecision()] },
      /^# ‖ Approved by Ada Lovelace, but on hold: halted\n\*On hold\* everything halted by Grace: wrong\n/,
    ],
  ])('%s', (_, gate, headline) => {
    const text = cardOf({ ...over, ...gate });
    expect(text).toMatch(headline);
    expect(rowOf(text)).toBe('');
  });
});

describe('what the authority itself asks', () => {
  const question = 'Everything was halted by Grace: <!channel> wrong cluster. May it go on?';
  const ask = (kind: Gate['kind'], titles: string[], gate: Partial<Gate> = {}): string =>
    cardOf({
      kind,
      plan: { conclusion: 'act', diagnosis: question, confidence: 'high', evidence: [] },
      evidence: [],
      options: titles.map((title, at) =>
        sampleOption({ id: `o${at}`, title, why: '', manual: `${kind} h-1`, actions: [], recommended: at === 0 }),
      ),
      ...gate,
    });

  test.each([
    ['resume', ['End the halt'], '‖ Halted. May it go on?', '[*End the halt*] [Keep it halted…]'],
    ['doubt', ['It happened', 'It did not'], '▲ In doubt: did it happen?', '[It happened] [It did not]'],
    [
      'review',
      ['I looked at it, and it was right'],
      '● Review what was forced',
      '[*I looked at it, and it was right*] [It was not right…]',
    ],
  ] as const)('%s is short: the question, its answers, who must say so', (kind, titles, headline, row) => {
    const text = ask(kind, [...titles]);
    const [first, quote] = text.split('\n');
    expect(first).toBe(`# ${headline}`);
    expect(quote).toBe('>Everything was halted by Grace: &lt;!channel&gt; wrong cluster. May it go on?');
    expect(rowOf(text)).toBe(row);
    expect(text).not.toMatch(/confidence|Evidence|Undo/);
    expect(text).toContain('*Needs* 1 of approvers');
  });

  test('once answered says by whom, and has no button', () => {
    const decisions = [sampleDecision({ option: 'o0' })];
    const lifted = ask('resume', ['End the halt'], { state: 'done', chosen: 'o0', decisions });
    expect(lifted).toMatch(/^# ✓ The halt was lifted by Ada Lovelace\n/);
    expect(rowOf(lifted)).toBe('');
    const kept = ask('resume', ['End the halt'], {
      state: 'denied',
      decisions: [sampleDecision({ decision: 'deny' })],
    });
    expect(kept).toMatch(/^# ‖ Stays halted, says Ada Lovelace\n/);
  });
});

describe('what destroys something', () => {
  const text = (maxLength: number) =>
    fc.oneof(
      fc.string({ unit: 'binary', maxLength }),
      fc
        .array(fc.constantFrom('<', '&', '\u202E', '\n', ' ', '-line\n', '`', 'a'), { maxLength })
        .map((parts) => parts.join('')),
    );
  const action = fc.record({
    sentence: text(500),
    diff: text(6_000),
    undo: fc.option(text(500)),
    command: fc.option(text(2_000)),
    args: fc.dictionary(text(10), text(2_000), { maxKeys: 3 }),
  });

  test('is shown whole on the card, with its button, whenever the authority lets it be asked', () => {
    let asked = 0;
    fc.assert(
      fc.property(fc.array(action, { minLength: 1, maxLength: 3 }), (actions) => {
        const option = {
          ...sampleOption(),
          actions: actions.map((one) => ({ ...sampleAction(), ...one, risk: 'destructive' as const })),
        };
        if (tooLongToShow([option]) !== undefined) return;
        asked += 1;
        const card = cardText(gateCard(sampleGate({ options: [option] }), sampleRun()));
        expect(card).not.toMatch(/\*Not here\*|more characters\]/);
        expect(rowOf(card)).toContain('[*Approve*]');
      }),
      { numRuns: 300 },
    );
    expect(asked).toBeGreaterThan(20);
  });
});
