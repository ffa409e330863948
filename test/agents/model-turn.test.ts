import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { call, ModelDouble } from './support/model-double.ts';
import { TurnTaker } from './support/turn-taker.ts';

const PODS = { namespace: 'shop', name: 'checkout' };
const plan = (evidence: string[], overrides: object = {}) => ({
  conclusion: 'act',
  diagnosis: 'Revision 4 answers 500s.',
  confidence: 'high',
  evidence,
  options: [
    {
      id: 'undo',
      title: 'Roll back to revision 3',
      why: 'It worked before.',
      actions: [{ tool: 'kubernetes.rollout_undo', args: { ...PODS, revision: 3 } }],
    },
  ],
  ...overrides,
});

let double: ModelDouble;
let taker: TurnTaker;
beforeEach(async () => {
  double = await ModelDouble.start();
  taker = new TurnTaker(double);
});
afterEach(() => double.stop());

describe('an investigation', () => {
  test('reads with a tool, then proposes a plan that cites what it read', async () => {
    double.script({ toolCalls: [call('kubernetes__pods', PODS)] });
    const first = await taker.take();
    expect(first.next).toEqual({ kind: 'calls', calls: [{ id: 'c1', tool: 'kubernetes.pods', args: PODS }] });

    const answer = taker.answer('c1', 'checkout-4-abc CrashLoopBackOff');
    double.script({ toolCalls: [call('propose_plan', plan([answer.content.id]), 'c2')] });
    const second = await taker.take({ answers: [answer] });

    expect(second.next).toMatchObject({ kind: 'plan', plan: { conclusion: 'act', evidence: [answer.content.id] } });
    expect(double.lastTexts().at(-1)).toBe(
      `evidence ${answer.content.id}\n<untrusted>\ncheckout-4-abc CrashLoopBackOff\n</untrusted>`,
    );
    expect(second.model).toBe('test-model');
    expect(second.promptHash).toBe(first.promptHash);
  });
});
