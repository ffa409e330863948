import { afterAll, expect, test } from '@jest/globals';
import { call, ModelDouble } from '../agents/support/model-double.ts';
import { describeReal } from '../support/parts.ts';
import { useToy } from '../workflows/engine/toy.ts';

describeReal('a model that never comes to a plan', ['temporal', 'postgres'], () => {
  let model: ModelDouble;
  const toy = useToy(async () => {
    model = await ModelDouble.start();
    return { model: { model: 'double-1', apiKey: 'k', baseUrl: model.baseUrl } };
  });
  afterAll(async () => {
    await model.stop();
  });

  const looks = (name: string, times: number, usage?: { prompt_tokens: number; completion_tokens: number }) =>
    Array.from({ length: times }, (_, at) => ({
      toolCalls: [call('lamp__look', { name }, `c${at}`)],
      ...(usage ? { usage } : {}),
    }));

  test('is asked as often as its runbook lets it, and not once more; then the rules propose and people are told', async () => {
    const { belay } = toy;
    belay.lamps.dark('endless');
    const before = model.asked.length;
    model.script(...looks('endless', 80));
    const run = await belay.start({ name: 'endless' });
    const gate = await belay.openGate(run);
    expect(model.asked.length - before).toBe(70);
    expect(gate.proposedBy).toEqual({ kind: 'rules' });
    expect(await belay.note(run, 'did not help')).toContain('within 70 turns');
    model.clear();
    await belay.doors.cancel(run, { id: 'local:ada', name: 'ada', door: 'api' }, 'enough');
    await belay.ended(run);
  }, 180_000);

  test('and uses more tokens than its runbook lets it is not asked again', async () => {
    const { belay } = toy;
    belay.lamps.dark('greedy');
    const before = model.asked.length;
    model.script(...looks('greedy', 5, { prompt_tokens: 6_000_000, completion_tokens: 1 }));
    const run = await belay.start({ name: 'greedy' });
    expect((await belay.openGate(run)).proposedBy).toEqual({ kind: 'rules' });
    expect(model.asked.length - before).toBe(2);
    expect(await belay.note(run, 'did not help')).toContain('12000002 tokens of 10000000');
    model.clear();
    await belay.doors.cancel(run, { id: 'local:ada', name: 'ada', door: 'api' }, 'enough');
    await belay.ended(run);
  });
});
