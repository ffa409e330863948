import { describe, expect, test } from '@jest/globals';
import type { types } from '@slack/bolt';
import * as fc from 'fast-check';
import type { BatchProgress } from '../../src/domain/batch.ts';
import type { Gate } from '../../src/domain/gate.ts';
import { ButtonValue } from '../../src/slack/button-value.ts';
import { gateCard } from '../../src/slack/card.ts';
import { batchItemSample, batchItemsSample, batchOptionSample, batchSample } from '../support/batch-sample.ts';
import { requirementSample } from '../support/samples.ts';
import { expectWithinLimits } from './card-limits.ts';
import { cardText } from './card-text.ts';
import { GATE, RUN, sampleDecision, sampleGate, sampleRun } from './sample-gate.ts';

const WEB = 'https://belay.example';
const run = sampleRun();

function gateOver(count: number, change: Partial<Gate> = {}, batch: Parameters<typeof batchSample>[1] = {}): Gate {
  const option = batchOptionSample(batchSample(batchItemsSample(RUN, count), batch));
  return sampleGate({ kind: 'batch', incidentOpen: false, evidence: [], options: [option], ...change });
}
const textOf = (gate: Gate, web: string | undefined = WEB) => cardText(gateCard(gate, run, { web }));
const buttonsOf = (gate: Gate, web: string | undefined = WEB): types.Button[] =>
  gateCard(gate, run, { web })
    .blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []))
    .filter((one) => one.type === 'button');

describe('the card of a gate over many', () => {
  const leftOut = [
    { count: 8, why: 'it is attached again' },
    { count: 4, why: 'policy forbids it' },
  ];

  test('says what, to what, for how much, why, how it is undone and what is left out; the five dearest stand for the table', () => {
    const gate = gateOver(600, {}, { leftOut });
    const [option] = gate.options;
    expect(textOf(gate)).toBe(
      `
# ● Approval needed
*600 × Snapshot a volume and delete it*
aws: 200 on staging, 200 on sandbox, 200 on prod
*Costs now* 10,856.00 EUR and 21,712.00 USD a month; 24 without a known price (price table 2026-11-01)
*Why* · rule-based, no model · confidence high
>${gate.plan.diagnosis}
*Undo* each by itself, such as: create the volume again from the snapshot taken before, as vol-0a00039-restored
*Blast radius* 600 volumes
*The 5 dearest*
• 105.50 USD · Snapshot volume vol-0a00039 (100 GiB gp3) in eu-west-1 and delete it
• 105.50 EUR · Snapshot volume vol-0a00079 (100 GiB gp3) in eu-west-1 and delete it
• 105.50 USD · Snapshot volume vol-0a00119 (100 GiB gp3) in eu-west-1 and delete it
• 105.50 USD · Snapshot volume vol-0a00159 (100 GiB gp3) in eu-west-1 and delete it
• 105.50 USD · Snapshot volume vol-0a00239 (100 GiB gp3) in eu-west-1 and delete it
and 595 more, each in <${WEB}/gates/${GATE}|the table>
*Left out* 8: it is attached again; 4: policy forbids it
~ Exactly \`aws.snapshot_and_delete_volume\` on the 600 items of list \`left\`, \`${option?.batch?.root.slice(0, 19)}\`; single ones are taken out in <${WEB}/gates/${GATE}|the table>
[*Approve all 600*] [Open the table] [Deny…]
~ *Evidence* none was read
~ *Needs* 1 of approvers · rule \`writes-need-one\` · *Expires* 2026-11-21 14:02 UTC, then nothing is done
~ gate \`${GATE}\` · run \`${RUN}\` · \`remediation/bad-deploy\` · asked by alert from alertmanager · \`${option?.digest.slice(0, 19)}\` · 2026-11-21 10:02 UTC · <${WEB}/runs/${RUN}#${GATE}|open in a browser>`.trim(),
    );
  });

  test('notifies with what, and carries the digest of all of it', () => {
    const gate = gateOver(600);
    expect(gateCard(gate, run).text).toBe(`● Approval needed: 600 × Snapshot a volume and delete it (${GATE})`);
    const [approve, table] = buttonsOf(gate);
    expect(ButtonValue.parse(JSON.parse(approve?.value ?? ''))).toEqual({
      gate: GATE,
      option: 'all',
      digest: gate.options[0]?.digest,
    });
    expect(table).toMatchObject({ text: { text: 'Open the table' }, url: `${WEB}/gates/${GATE}` });
  });

  test('without a web address names the command instead of leading anywhere', () => {
    const gate = gateOver(600);
    const text = cardText(gateCard(gate, run));
    expect(text).toContain(`and 595 more, each in \`belay items ${GATE}\``);
    expect(text).not.toContain('Open the table');
  });

  test('calls nothing by the name that the runbook gave it', () => {
    const option = { ...batchOptionSample(batchSample(batchItemsSample(RUN, 6))), title: 'Harmless clean-up' };
    expect(JSON.stringify(gateCard(sampleGate({ options: [option], title: 'Harmless' }), run))).not.toContain(
      'Harmless',
    );
  });

  test.each([
    ['destroys something', {}, 'This destroys something'],
    ['cannot be undone', { risk: 'write', reversible: 'no' }, 'This cannot be undone'],
    ['cannot be undone in part of it', { risk: 'write', noWayBack: 3 }, '3 of them cannot be undone'],
    ['cannot be undone in all of it', { risk: 'write', noWayBack: 6 }, 'This cannot be undone'],
    ['is an ordinary write', { risk: 'write' }, undefined],
  ] as const)('that %s asks once more, or not', (_, batch, title) => {
    const [approve] = buttonsOf(gateOver(6, {}, batch));
    expect(approve?.confirm?.title).toEqual(title === undefined ? undefined : expect.objectContaining({ text: title }));
  });

  test('where policy asks for a passkey leads to the page that asks, and says so', () => {
    const gate = gateOver(600, { requirement: requirementSample({ stepUp: true }) });
    expect(buttonsOf(gate)[0]).toMatchObject({
      text: { text: 'Approve all 600 with passkey' },
      url: `${WEB}/approve/${GATE}`,
    });
  });

  test('of which somebody took some out says who, and approves what is left', () => {
    const without = [`${RUN}/1001`, `${RUN}/1002`];
    const gate = gateOver(600, {
      decisions: [sampleDecision({ option: 'all', without })],
      missing: ['1 of approvers'],
    });
    expect(textOf(gate)).toMatch(/Approved by \*Ada Lovelace\* .* · took out 2 · /);
    expect(buttonsOf(gate)[0]?.text.text).toBe('Approve 598');
  });

  test('on hold keeps the table and Deny, and nothing that approves', () => {
    const gate = gateOver(600, { state: 'frozen', frozen: 'everything halted by Grace: look' });
    expect(buttonsOf(gate).map(({ text }) => text.text)).toEqual(['Open the table', 'Deny…']);
  });

  test.each([
    [1, 'The only one', undefined],
    [5, 'All 5', undefined],
    [6, 'The 5 dearest', 'and 1 more'],
    [5_000, 'The 5 dearest', 'and 4,995 more'],
  ])('over %d names %s', (count, title, more) => {
    const text = textOf(gateOver(count));
    expect(text).toContain(`*${title}*`);
    expect(text).toContain(`Approve all ${count === 5_000 ? '5,000' : count}`);
    if (more === undefined) expect(text).not.toMatch(/and \d+ more/);
    else expect(text).toContain(more);
  });

  test('where nothing has a price speaks of none, and names the first ones', () => {
    const items = Array.from({ length: 9 }, (_, n) => batchItemSample(RUN, n + 1, { money: null }));
    const text = textOf(sampleGate({ options: [batchOptionSample(batchSample(items))] }));
    expect(text).not.toMatch(/price|Costs now/);
    expect(text).toContain('*The first 5*\n• Snapshot');
  });

  test('names so many connections as fit in a line, and counts the others', () => {
    const places = Array.from({ length: 40 }, (_, n) => ({ connection: `account-${n}`, count: 10 + n }));
    expect(textOf(gateOver(600, {}, { places }))).toMatch(/aws: 49 on account-39, .*, \d+ on 34 more connections/);
  });
});

describe('a gate over many that is decided', () => {
  const progress: BatchProgress = {
    takenOut: 2,
    waiting: 178,
    running: 4,
    done: 412,
    skipped: 3,
    failed: 1,
    inDoubt: 0,
    undone: 0,
  };
  const approved = {
    chosen: 'all',
    missing: [],
    decidedAt: '2026-11-21T10:04:30.000Z',
    decisions: [sampleDecision({ option: 'all' })],
  };

  test('says how far it is in place of what was asked, and where each item is', () => {
    const gate = gateOver(600, { ...approved, state: 'executing', progress });
    const text = textOf(gate);
    expect(text).toContain('# → Approved by Ada Lovelace, under way\n*600 × Snapshot a volume and delete it*');
    expect(text).toContain(
      `*412 done* · 4 under way · 178 to go · 3 skipped · 1 failed · 2 taken out · each in <${WEB}/gates/${GATE}|the table>`,
    );
    expect(buttonsOf(gate)).toEqual([]);
  });

  test('that is over says what was never begun', () => {
    const state = 'done' as const;
    expect(textOf(gateOver(600, { ...approved, state, progress: { ...progress, running: 0 } }))).toContain(
      '*412 done* · 178 not begun · 3 skipped · 1 failed · 2 taken out',
    );
  });

  test('that was denied has no counts, and still says what it was', () => {
    const decisions = [sampleDecision({ decision: 'deny', option: 'all', reason: 'ask the owners first' })];
    const text = textOf(gateOver(600, { ...approved, state: 'denied', decisions }));
    expect(text).toContain('*600 × Snapshot a volume and delete it*');
    expect(text).not.toMatch(/\d+ done/);
  });

  test('whatever its size, prices and progress, is within Slack’s limits and loses no item', () => {
    const states = fc.constantFrom('open', 'frozen', 'approved', 'executing', 'done', 'in-doubt', 'denied');
    const count = fc.nat({ max: 5_000 });
    const counts = fc.record({
      takenOut: count,
      waiting: count,
      running: count,
      done: count,
      skipped: count,
      failed: count,
      inDoubt: count,
      undone: count,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), states, counts, (size, state, some) => {
        const card = gateCard(gateOver(size, { state, progress: some }), run, { web: WEB });
        expectWithinLimits(card);
        const text = cardText(card);
        const named = text.split('\n').filter((one) => one.startsWith('• ')).length;
        const more = Number(/and (\d+) more, each/.exec(text)?.[1] ?? 0);
        if (state === 'open' || state === 'frozen') expect(named + more).toBe(size);
      }),
      { numRuns: 100 },
    );
  });
});
