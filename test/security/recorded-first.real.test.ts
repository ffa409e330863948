import { expect, test } from '@jest/globals';
import { describeReal } from '../support/parts.ts';
import { useToy } from '../workflows/engine/toy.ts';

describeReal('what stands in the record when a side effect begins', ['temporal', 'postgres'], () => {
  const toy = useToy();

  test('the approval, the intent and how it is undone are recorded before anything changes', async () => {
    const { belay } = toy;
    belay.lamps.dark('recorded');
    const seen: { kinds: string[]; preState: unknown; undo: unknown; on: boolean }[] = [];
    const others = belay.lamps.at;
    belay.lamps.at = async (point, lamp, actionId) => {
      await others(point, lamp, actionId);
      if (point !== 'before' || lamp !== 'recorded') return;
      const [run = ''] = actionId.split('/');
      const action = belay.context.db.selectFrom('actions').select('preview').where('id', '=', actionId);
      const { preState, undo } = (await action.executeTakeFirstOrThrow()).preview;
      seen.push({ kinds: await belay.kinds(run), preState, undo, on: belay.lamps.lamp('recorded').on });
    };
    const run = await belay.start({ name: 'recorded' });
    await belay.approve(run);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    expect(seen).toMatchObject([{ preState: { on: false }, undo: 'Switch lamp recorded off', on: false }]);
    expect(seen[0]?.kinds.slice(-3)).toEqual(['decision.recorded', 'gate.decided', 'action.intended']);
    expect(seen[0]?.kinds).not.toContain('action.executed');
  });
});
