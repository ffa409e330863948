import { describe, expect, test } from '@jest/globals';
import { checkPlan } from '../../src/agents/plan-check.ts';
import { PODS, planFor } from './support/plans.ts';
import { testManifest, WRITE_TOOLS } from './support/test-manifest.ts';

const SEEN = `blob:${'a'.repeat(64)}`;
const context = { evidence: [SEEN], writeTools: WRITE_TOOLS, manifest: testManifest };
const action = (tool: string, args: object) => ({ tool, args });
const option = (...actions: object[]) => ({ id: 'one', title: 'One', actions });
const scale = action('kubernetes.scale', { ...PODS, replicas: 2 });

describe('a plan that holds', () => {
  test.each([
    ['acts', planFor([SEEN])],
    ['spells its tool as a function', planFor([SEEN], { options: [option({ ...scale, tool: 'kubernetes__scale' })] })],
    ['does nothing and watches', planFor([SEEN], { options: [option()] })],
    ['takes several actions', planFor([SEEN], { options: [option(scale, scale)] })],
    ['finds nothing wrong', planFor([SEEN], { conclusion: 'nothing-wrong', options: [] })],
    ['does not know, and has seen nothing', planFor([], { conclusion: 'unknown', options: [] })],
  ])('%s', (_, answer) => {
    expect(checkPlan(answer, context)).toEqual({ plan: expect.anything() });
  });

  test('names tools as Belay does and evidence once', () => {
    const answer = planFor([SEEN, SEEN], { options: [option({ ...scale, tool: 'kubernetes__scale' })] });
    expect(checkPlan(answer, context)).toMatchObject({
      plan: { evidence: [SEEN], options: [{ actions: [{ tool: 'kubernetes.scale' }] }] },
    });
  });
});

describe('a plan that does not is refused with the reason', () => {
  test.each([
    ['is no object', 'roll back', /does not match its schema/],
    ['is null', null, /does not match its schema/],
    ['lacks a diagnosis', planFor([SEEN], { diagnosis: undefined }), /diagnosis/],
    ['has an endless diagnosis', planFor([SEEN], { diagnosis: 'x'.repeat(3001) }), /diagnosis/],
    ['has seven options', planFor([SEEN], { options: Array.from({ length: 7 }, () => option()) }), /options/],
    ['names a made-up id', planFor([`blob:${'b'.repeat(64)}`]), /is not something this run has read/],
    ['cuts an id short', planFor([SEEN.slice(0, 20)]), /is not something this run has read/],
    ['acts without an option', planFor([SEEN], { options: [] }), /"act" but there is no option/],
    ['acts on no evidence', planFor([]), /rests on no evidence/],
    ['finds nothing wrong without looking', planFor([], { conclusion: 'nothing-wrong', options: [] }), /no evidence/],
    ['finds nothing wrong, yet acts', planFor([SEEN], { conclusion: 'nothing-wrong' }), /options must be empty/],
    ['does not know, yet acts', planFor([SEEN], { conclusion: 'unknown' }), /options must be empty/],
    ['names an unknown tool', planFor([SEEN], { options: [option(action('aws.stop', {}))] }), /allowed are kubernetes/],
    [
      'names a tool that reads',
      planFor([SEEN], { options: [option(action('kubernetes.pods', PODS))] }),
      /"kubernetes.pods" is not an action/,
    ],
    [
      'has wrong arguments',
      planFor([SEEN], { options: [option(action('kubernetes.scale', { ...PODS, replicas: '2' }))] }),
      /option "one", action 1: arguments of kubernetes\.scale: args\/replicas must be integer/,
    ],
    [
      'hides a field in its arguments',
      planFor([SEEN], { options: [option(action('kubernetes.scale', { ...scale.args, force: true }))] }),
      /unknown field "force"/,
    ],
    ['uses an option id twice', planFor([SEEN], { options: [option(), option()] }), /"one" is used twice/],
  ])('%s', (_, answer, problem) => {
    expect(checkPlan(answer, context)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test('all of its problems are named at once', () => {
    const answer = planFor(['blob:x'], { options: [option(action('a.b', {}), action('kubernetes.scale', {}))] });
    const checked = checkPlan(answer, context);
    expect('problem' in checked && checked.problem.split('\n')).toHaveLength(4);
  });

  test('a tool of the manifest that this runbook may not use is as unknown as any', () => {
    expect(checkPlan(planFor([SEEN]), { ...context, writeTools: [] })).toEqual({
      problem: expect.stringMatching(/this runbook allows none/),
    });
  });
});
