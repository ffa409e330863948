import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { FixtureResponse } from '@copilotkit/aimock';
import { call, ModelDouble } from './support/model-double.ts';
import { PODS, planFor } from './support/plans.ts';
import { TurnTaker } from './support/turn-taker.ts';

let double: ModelDouble;
let taker: TurnTaker;
beforeEach(async () => {
  // LangChain advises an upgrade whenever none of an answer's calls can be read.
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  double = await ModelDouble.start();
  taker = new TurnTaker(double);
});
afterEach(() => {
  jest.restoreAllMocks();
  return double.stop();
});

const MADE_UP = `blob:${'0'.repeat(64)}`;
const plan = (overrides: object = {}) => call('propose_plan', planFor([], overrides));
const nothing = { conclusion: 'unknown', options: [] };

const INVALID: [string, FixtureResponse, RegExp][] = [
  ['plain text', { content: 'I think it is the database.' }, /plain text/],
  ['nothing at all', { content: '' }, /empty/],
  ['an answer that a content filter withheld', { content: '', finishReason: 'content_filter' }, /content filter/],
  ['JSON that breaks off', { toolCalls: [call('kubernetes__pods', '{"namespace":"sh')] }, /not valid JSON/],
  [
    'a plan that was cut off at the output limit',
    { toolCalls: [call('propose_plan', '{"conclusion":"act","diagn')], finishReason: 'length' },
    /cut off at the output limit: be shorter/,
  ],
  ['arguments that are no object', { toolCalls: [call('kubernetes__pods', '["shop"]')] }, /not a JSON object/],
  [
    'arguments nested 10,000 deep',
    { toolCalls: [call('kubernetes__pods', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)] },
    /nested too deeply/,
  ],
  ['a megabyte of arguments', { toolCalls: [call('kubernetes__pods', { a: 'x'.repeat(1 << 20) })] }, /longer than/],
  ['an unknown tool', { toolCalls: [call('kubernetes__nodes', {})] }, /no tool "kubernetes.nodes"; there are kube/],
  ['a tool name that is prose', { toolCalls: [call('please run: kubectl get pods -A', {})] }, /no tool "please run/],
  ['an unknown field', { toolCalls: [call('kubernetes__pods', { ...PODS, all: true })] }, /unknown field "all"/],
  ['a missing field', { toolCalls: [call('kubernetes__pods', { name: 'x' })] }, /required property 'namespace'/],
  ['a number out of range', { toolCalls: [call('kubernetes__logs', { ...PODS, lines: 0 })] }, /lines must be >= 1/],
  [
    'a call of a tool that writes',
    { toolCalls: [call('kubernetes__scale', PODS)] },
    /cannot be called; nothing was done/,
  ],
  [
    'nine calls',
    { toolCalls: Array.from({ length: 9 }, (_, index) => call('kubernetes__pods', PODS, `c${index}`)) },
    /9 calls in one turn; at most 8/,
  ],
  ['two plans', { toolCalls: [plan(nothing), { ...plan(nothing), id: 'c2' }] }, /called 2 times/],
  ['a plan beside a reading', { toolCalls: [plan(nothing), call('kubernetes__pods', PODS, 'c2')] }, /call it alone/],
  ['a plan that is none', { toolCalls: [call('propose_plan', { conclusion: 'fixed' })] }, /does not match its schema/],
  [
    'evidence that was made up',
    { toolCalls: [call('propose_plan', planFor([MADE_UP]))] },
    /evidence "blob:0+" is not something this run has read/,
  ],
];

describe('an invalid answer is handed back, and the model can repair it', () => {
  test.each(INVALID)('%s', async (_, answer, problem) => {
    double.script(answer, { toolCalls: [call('kubernetes__pods', PODS, 'good')] });
    const first = await taker.take();
    expect(first.next).toEqual({ kind: 'invalid', problem: expect.stringMatching(problem) });

    const repaired = await taker.take();
    expect(repaired.next).toMatchObject({ kind: 'calls', calls: [{ id: 'good' }] });
    const messages = double.asked.at(-1)?.messages ?? [];
    expect(double.lastTexts().some((text) => problem.test(text))).toBe(true);
    // What every endpoint insists on: each call answered, names it accepts, no empty assistant message.
    const calls = messages.flatMap((message) => message.tool_calls ?? []);
    expect(messages.flatMap((message) => message.tool_call_id ?? [])).toEqual(calls.map(({ id }) => id));
    for (const { function: called } of calls) {
      expect(called.name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      expect(() => JSON.parse(called.arguments) as unknown).not.toThrow();
    }
    for (const message of messages)
      if (message.role === 'assistant' && !message.tool_calls) expect(message.content).not.toBe('');
  });

  test('one bad call of several keeps the others from being carried out, and each is told why', async () => {
    double.script(
      { toolCalls: [call('kubernetes__pods', PODS, 'c1'), call('kubernetes__pods', {}, 'c2')] },
      { toolCalls: [call('kubernetes__pods', PODS, 'c3')] },
    );
    expect((await taker.take()).next.kind).toBe('invalid');
    await taker.take();
    const [first, second] = double.lastTexts().slice(-2);
    expect(first).toMatch(/^not carried out, because another call/);
    expect(second).toMatch(/^arguments of kubernetes\.pods/);
  });

  test('a problem stays within what history may hold', async () => {
    const evidence = Array.from({ length: 40 }, (_, index) => `blob:${index.toString(16).padStart(64, '0')}`);
    double.script({ toolCalls: [call('propose_plan', planFor(evidence))] });
    const { next } = await taker.take();
    expect(next.kind === 'invalid' && next.problem.length).toBeLessThanOrEqual(1000);
  });

  test('calls without ids, or with the same one twice, can be told apart', async () => {
    double.script({ toolCalls: [call('kubernetes__pods', PODS, 'c1'), call('kubernetes__logs', PODS, 'c1')] });
    const { next } = await taker.take();
    expect(next).toMatchObject({ kind: 'calls', calls: [{ id: 'c1' }, { id: 'call_1' }] });
  });

  test('a call written without arguments has none', async () => {
    double.script({ toolCalls: [call('kubernetes__pods', '')] });
    expect((await taker.take()).next).toMatchObject({ problem: expect.stringContaining('required property') });
  });

  test('text that cannot be stored or seen is taken out of arguments and prose', async () => {
    const name = 'check\u0000out\u200b\ud800';
    double.script({ content: 'see\u0000\u202e', toolCalls: [call('kubernetes__pods', { namespace: 'shop', name })] });
    const { next } = await taker.take();
    expect(next).toMatchObject({ kind: 'calls', calls: [{ args: { namespace: 'shop', name: 'checkout\ufffd' } }] });
  });
});
