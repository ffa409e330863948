import { describe, expect, test } from '@jest/globals';
import type { types } from '@slack/bolt';
import * as fc from 'fast-check';
import type { Gate, GateOption } from '../../src/domain/gate.ts';
import type { SlackMessage } from '../../src/slack/blocks.ts';
import { ButtonValue } from '../../src/slack/button-value.ts';
import { gateCard } from '../../src/slack/card.ts';
import { requirementSample } from '../support/samples.ts';
import { batchItemSample, batchOptionSample, batchSample } from '../support/batch-sample.ts';
import { expectWithinLimits, withoutValues } from './card-limits.ts';
import { cardText, stringsIn } from './card-text.ts';
import { RESTART, sampleAction, sampleDecision, sampleGate, sampleOption, sampleRun, WATCH } from './sample-gate.ts';

/** Every control, by what it is called; a menu by what it offers. */
const controlsOf = (card: SlackMessage): string[] =>
  cardText(card)
    .split('\n')
    .filter((one) => one.startsWith('['))
    .flatMap((row) => [...row.matchAll(/\[([^\]]+)\]/g)].map(([, name = '']) => name));
const buttonsOf = ({ blocks }: SlackMessage): types.Button[] =>
  blocks.flatMap((block) => (block.type === 'actions' ? block.elements : [])).filter((one) => one.type === 'button');

describe('an open gate', () => {
  test('says in its first lines what will happen, to what, why and how it is undone; then exactly what, and the buttons', () => {
    expect(cardText(gateCard(sampleGate(), sampleRun()))).toBe(
      `
# ● Approval needed
*Roll back deployment checkout in shop from revision 4 to revision 3*
deployment checkout in shop (kubernetes)
*Why* · rule-based, no model · confidence high
>Revision 4 of checkout went out at 09:58 UTC. Since 09:59 its error rate is 41 % (0.2 % before), and 2 of 3 pods restart with "no such host: payment".
*Undo* roll forward to revision 4
*Blast radius* 3 pods (100 %)
\`\`\`
--- deployment/checkout in shop, revision 4 (now)
+++ deployment/checkout in shop, revision 3
@@ -18,5 +18,5 @@
 containers:
   - name: checkout
-    image: registry.example/shop/checkout:1.43.0
+    image: registry.example/shop/checkout:1.42.2
     env:
-      - { name: PAYMENTS_URL, value: "http://payment:8080" }
+      - { name: PAYMENTS_URL, value: "http://payments:8080" }
\`\`\`
\`\`\`
kubernetes.rollout_undo connection="default" namespace="shop" name="checkout" toRevision=3
only while currentRevision=4
\`\`\`
*By hand*
\`\`\`
kubectl --namespace shop rollout undo deployment/checkout --to-revision=3
\`\`\`
[*Approve*] [Deny…] [I did it by hand…] [I’m on it] [⋯ Edit…]
~ *Evidence*
• Rollout history: revision 4 at 09:58 UTC, revision 3 since 12 November (\`1a1a1a1a\`)
• Previous logs of 2 pods: dial tcp: lookup payment: no such host (\`2b2b2b2b\`)
• Error rate 41 % over 5 m (baseline 0.2 %), 1,204 samples (\`3c3c3c3c\`)
~ *Needs* 1 of approvers · rule \`writes-need-one\` · *Expires* 2026-11-21 14:02 UTC, then nothing is done
~ gate \`g-4k2m9x\` · run \`r-7d2k9x4m\` · \`remediation/bad-deploy\` · asked by alert from alertmanager · \`${sampleGate().digest.slice(0, 19)}\` · 2026-11-21 10:02 UTC`.trim(),
    );
  });

  test('notifies with what will happen and the gate', () => {
    expect(gateCard(sampleGate(), sampleRun()).text).toBe(
      '● Approval needed: Roll back deployment checkout in shop from revision 4 to revision 3 (g-4k2m9x)',
    );
  });

  test('with several options gives each its own button with its own digest, the recommended one first', () => {
    const options = [RESTART, sampleOption(), WATCH];
    const buttons = buttonsOf(gateCard(sampleGate({ options, responder: 'grace' }), sampleRun()));
    expect(buttons.map(({ text, style }) => [text.text, style])).toEqual([
      ['Approve option 1', 'primary'],
      ['Deny…', undefined],
      ['I did it by hand…', undefined],
      ['Approve option 2', undefined],
      ['Do nothing and watch', undefined],
    ]);
    const values = buttons.map(({ value }) => ButtonValue.parse(JSON.parse(value ?? '')));
    expect(values.map(({ option }) => option)).toEqual(['undo', 'undo', 'undo', 'restart', 'watch']);
    for (const { option, digest } of values) expect(digest).toBe(options.find(({ id }) => id === option)?.digest);
  });

  test('calls nothing by the name its author gave it: sentence and button come from the action', () => {
    const option = sampleOption({ title: 'Harmless clean-up, already approved', why: '' });
    const card = gateCard(sampleGate({ options: [option], title: 'Harmless clean-up' }), sampleRun());
    expect(JSON.stringify(card)).not.toContain('Harmless');
  });

  test('quotes the author under the author’s name', () => {
    const by = { kind: 'model' as const, model: 'gpt-*5*', promptHash: 'x' };
    const text = cardText(gateCard(sampleGate({ proposedBy: by }), sampleRun()));
    expect(text).toContain('*Why* · model gpt-∗5∗ says · confidence high\n>Revision 4');
  });

  test('warns of an owner that would revert the change', () => {
    const owner = { kind: 'argocd' as const, name: 'shop', paused: false };
    const options = [sampleOption({ actions: [sampleAction({ owner })] })];
    expect(cardText(gateCard(sampleGate({ options }), sampleRun()))).toContain(
      '*Warning* argocd shop owns this and will revert a live change',
    );
  });

  test('what must be done by hand is shown whole, and its button does not say Approve', () => {
    const manual = 'git revert 3f1c2a9\ngit push origin main';
    const gate = sampleGate({ options: [sampleOption({ actions: [], manual })], incidentOpen: false });
    const card = gateCard(gate, sampleRun());
    expect(cardText(card)).toContain(`*To do by hand*, as the plan’s author wrote it:\n\`\`\`\n${manual}\n\`\`\``);
    expect(buttonsOf(card).map(({ text }) => text.text)).toEqual(['I will do it by hand', 'Deny…']);
  });

  test('that cannot be undone says so and asks once more', () => {
    const options = [sampleOption({ actions: [sampleAction({ reversible: 'no', undo: null })] })];
    const card = gateCard(sampleGate({ options }), sampleRun());
    expect(cardText(card)).toContain('*Undo* cannot be undone');
    expect(buttonsOf(card)[0]?.confirm?.title).toMatchObject({ text: 'This cannot be undone' });
  });

  test('names the first approvals while more are needed', () => {
    const card = gateCard(sampleGate({ decisions: [sampleDecision()], missing: ['1 of approvers'] }), sampleRun());
    expect(cardText(card)).toMatch(
      /^# ● Approved by Ada Lovelace, still needs 1 of approvers\nApproved by \*Ada Lovelace\*/,
    );
    expect(buttonsOf(card)[0]?.text.text).toBe('Approve');
  });

  test('on hold says who halted it and why, and has no button but Deny', () => {
    const frozen = 'everything halted by Grace Hopper: <!channel> wrong cluster';
    const card = gateCard(sampleGate({ state: 'frozen', frozen, incidentOpen: false }), sampleRun());
    expect(cardText(card)).toMatch(
      /^# ‖ On hold: halted, nothing can be approved\n\*On hold\* everything halted by Grace Hopper: &lt;!channel&gt; wrong cluster\n/,
    );
    expect(controlsOf(card)).toEqual(['Deny…']);
  });
});

describe('too much to show', () => {
  const diff = Array.from({ length: 900 }, (_, index) => `-line ${index}`).join('\n');

  test('a write says how much is left out and where all of it is, and may still be approved', () => {
    const options = [sampleOption({ actions: [sampleAction({ diff })] })];
    const card = gateCard(sampleGate({ options }), sampleRun());
    expect(cardText(card)).toMatch(/\*Shortened\* \d+ characters do not fit here. All of it: `belay gates g-4k2m9x`/);
    expect(buttonsOf(card)[0]?.text.text).toBe('Approve');
  });

  test('a destructive action that does not fit cannot be approved from the card', () => {
    const options = [sampleOption({ actions: [sampleAction({ diff, risk: 'destructive' })] })];
    const card = gateCard(sampleGate({ options }), sampleRun());
    expect(buttonsOf(card).map(({ text }) => text.text)).not.toContain('Approve');
    expect(cardText(card)).toContain('cannot be approved from this card');
    expect(cardText(card)).toContain('`belay approve g-4k2m9x`');
  });

  test('a destructive action whose argument hides behind padding cannot be approved from the card', () => {
    const args = { note: ' '.repeat(9_000), name: 'prod-db' };
    const options = [sampleOption({ actions: [sampleAction({ args, risk: 'destructive' })] })];
    const buttons = buttonsOf(gateCard(sampleGate({ options }), sampleRun()));
    expect(buttons.map(({ text }) => text.text)).not.toContain('Approve');
  });
});

describe('a decided gate has no buttons and says who, when, why and what came of it', () => {
  const decided = { decidedAt: '2026-11-21T10:04:30.000Z', missing: [] };
  const approved = { ...decided, chosen: 'undo', decisions: [sampleDecision()] };
  const over = { state: 'finished' as const, finishedAt: '2026-11-21T10:09:00.000Z' };
  const denial = sampleDecision({ decision: 'deny', reason: 'Not during the sale' });

  test.each<[string, Partial<Gate>, Parameters<typeof sampleRun>[0], string[]]>([
    [
      'approved',
      { ...approved, state: 'approved' },
      {},
      [
        '# ✓ Approved by Ada Lovelace',
        'Approved by *Ada Lovelace* (slack:T000000001/UADA) · as approvers · 2026-11-21 10:04 UTC',
        '*Undo* roll forward to revision 4',
      ],
    ],
    ['under way', { ...approved, state: 'executing' }, {}, ['# → Approved by Ada Lovelace, under way']],
    [
      'done, not yet verified',
      { ...approved, state: 'done' },
      {},
      ['# → Done, checking the result · approved by Ada Lovelace'],
    ],
    [
      'done and verified',
      { ...approved, state: 'done' },
      { ...over, outcome: 'fixed', verdict: 'healthy', summary: 'Error rate 0.2 %.' },
      ['# ✓ Done and verified · approved by Ada Lovelace', '*Verified* healthy', '*Result* Error rate 0.2 %.'],
    ],
    [
      'done and undone',
      { ...approved, state: 'done' },
      { ...over, outcome: 'not-fixed', verdict: 'failed', summary: 'Undone: revision 4 again.' },
      ['# ▲ Done, and it did not help · approved by Ada Lovelace', '*Result* Undone: revision 4 again.'],
    ],
    ['in doubt', { ...approved, state: 'in-doubt' }, {}, ['# ▲ In doubt: a person must look']],
    [
      'denied',
      { ...decided, state: 'denied', decisions: [denial], reason: 'Not during the sale' },
      {},
      [
        '# ✗ Denied by Ada Lovelace',
        'Denied by *Ada Lovelace* (slack:T000000001/UADA) · as approvers · 2026-11-21 10:04 UTC · “Not during the sale”',
      ],
    ],
    ['expired', { ...decided, state: 'expired' }, {}, ['# ○ Expired: nobody decided, nothing was done']],
    [
      'void',
      { ...decided, state: 'void', reason: 'The alert resolved' },
      {},
      ['# ○ Void: no longer needed, nothing was done', '*Because* The alert resolved'],
    ],
  ])('%s', (_, gate, run, lines) => {
    const card = gateCard(sampleGate(gate), sampleRun(run));
    expect(buttonsOf(card)).toEqual([]);
    expect(cardText(card).split('\n')).toEqual(expect.arrayContaining(lines));
    expect(cardText(card)).toContain('*Roll back deployment checkout in shop from revision 4 to revision 3*');
    expect(cardText(card)).not.toContain('*Expires*');
  });

  test('a denial reason is said once', () => {
    const card = gateCard(
      sampleGate({ ...decided, state: 'denied', decisions: [denial], reason: 'Not during the sale' }),
      sampleRun(),
    );
    expect(cardText(card).match(/Not during the sale/g)).toHaveLength(1);
  });
});

describe('whatever a gate holds', () => {
  const nasty = (maxLength: number) =>
    fc.oneof(
      fc
        .array(
          fc.constantFrom(
            '<!channel>',
            '<@U1>',
            '```',
            '`',
            '*',
            '&',
            '\n',
            '\u202E',
            '\u200B',
            'x'.repeat(300),
            '{',
            '"',
            '🟡',
            '\uD800',
          ),
          { maxLength: 40 },
        )
        .map((parts) => parts.join('').slice(0, maxLength)),
      fc.string({ unit: 'binary', maxLength }),
    );
  const action = fc
    .record({
      sentence: nasty(500),
      diff: nasty(20_000),
      undo: fc.option(nasty(500)),
      command: fc.option(nasty(2_000)),
      args: fc.dictionary(nasty(30), nasty(3_000), { maxKeys: 4 }),
      precondition: fc.dictionary(nasty(30), nasty(200), { maxKeys: 3 }),
      owner: fc.option(
        fc.record({
          kind: fc.constantFrom('argocd' as const, 'flux' as const),
          name: nasty(300),
          paused: fc.boolean(),
        }),
      ),
      target: fc.record({
        name: nasty(300),
        system: nasty(60),
        connection: nasty(60),
        key: fc.constant('k'),
        tags: fc.constant({}),
      }),
      risk: fc.constantFrom('write' as const, 'destructive' as const),
      reversible: fc.constantFrom('yes' as const, 'partly' as const, 'no' as const),
      blastRadius: fc.record({ count: fc.nat(), unit: nasty(200) }),
    })
    // Canonical JSON, which digests are taken over, has no lone surrogates; the rest of the card may meet them.
    .map((change) => ({ ...sampleAction(), ...change }));
  const option = fc
    .record({
      title: nasty(150),
      why: nasty(1_500),
      manual: fc.option(nasty(4_000)),
      actions: fc.array(action, { maxLength: 10 }),
    })
    .map((change): GateOption => ({ ...sampleOption(), ...change }));
  const many = fc
    .record({
      sentences: fc.array(nasty(500), { minLength: 1, maxLength: 5 }),
      count: fc.integer({ min: 5, max: 5_000 }),
      toolTitle: nasty(200),
      sources: fc.array(nasty(200), { maxLength: 6 }),
      undo: fc.option(nasty(500)),
      places: fc.array(fc.record({ connection: nasty(100), count: fc.nat() }), { minLength: 1, maxLength: 40 }),
      leftOut: fc.array(fc.record({ why: nasty(500), count: fc.nat() }), { maxLength: 11 }),
      unit: nasty(200),
      risk: fc.constantFrom('write' as const, 'destructive' as const),
      reversible: fc.constantFrom('yes' as const, 'partly' as const, 'no' as const),
    })
    .map(({ sentences, undo, unit, ...change }) => {
      const items = sentences.map((sentence, at) => batchItemSample('r-7d2k9x4m', at, { sentence, undo }));
      return batchOptionSample(batchSample(items, { ...change, blastRadius: { count: change.count, unit } }));
    });
  const gates = fc
    .record({
      options: fc.oneof(
        fc.array(option, { minLength: 1, maxLength: 6 }),
        many.map((one) => [one]),
      ),
      state: fc.constantFrom('open' as const, 'frozen' as const, 'denied' as const, 'void' as const, 'done' as const),
      diagnosis: nasty(3_000),
      model: nasty(300),
      reason: fc.option(nasty(2_000)),
      names: fc.array(nasty(200), { maxLength: 8 }),
      summaries: fc.array(nasty(300), { maxLength: 40 }),
      rule: nasty(300),
      missing: fc.array(nasty(300), { maxLength: 8 }),
    })
    .map(({ options, names, summaries, diagnosis, model, rule, ...change }) =>
      sampleGate({
        ...change,
        options: options.map((one, index) => ({ ...one, id: `o${index}`, recommended: index === 0 })),
        proposedBy: { kind: 'model', model, promptHash: 'x' },
        plan: { conclusion: 'act', confidence: 'low', evidence: [], diagnosis },
        decisions: names.map((name) =>
          sampleDecision({ person: { id: `local:${name}`, name, door: 'cli' }, reason: name }),
        ),
        evidence: summaries.map((summary) => ({ id: `blob:${'0'.repeat(64)}`, bytes: 1, mediaType: 'x', summary })),
        requirement: requirementSample({ needs: [], rule }),
      }),
    );

  test('the card keeps Slack’s limits and lets nothing out', () => {
    fc.assert(
      fc.property(gates, nasty(3_000), (gate, summary) => {
        const card = gateCard(gate, sampleRun({ summary, state: 'finished', outcome: 'fixed' }));
        expectWithinLimits(card);
        for (const text of stringsIn({ ...card, blocks: card.blocks.map(withoutValues) })) {
          // A `>` that begins a line is our own quote.
          expect(text.replaceAll(/^>/gmu, '')).not.toMatch(/[<>]|\u202E|\u200B/u);
          expect(text.isWellFormed()).toBe(true);
          expect([0, 2]).toContain(text.match(/```/gu)?.length ?? 0);
        }
      }),
      { numRuns: 150 },
    );
  });
});
