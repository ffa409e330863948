import { expect, test } from '@jest/globals';
import { describeReal } from '../../support/parts.ts';
import { ada } from '../../support/toy/start-toy-belay.ts';
import { until } from '../../support/until.ts';
import { useToy } from './toy.ts';

// What a run waits before it says that nobody serves a queue is half a minute; these tests wait for it once.
const WITHIN = { within: 60_000, every: 250 };

describeReal('a queue that no worker serves', ['temporal', 'postgres'], () => {
  const toy = useToy();

  test('is a state with a name, in which a run can be cancelled, and from which it goes on when a worker is back', async () => {
    const { belay } = toy;
    belay.lamps.dark('waits', 'leaves', 'undoes');
    belay.lamps.lamp('undoes').seemsOn = false;
    // One that has acted and is about to find out that it did not help; one that will wait, one that will be cancelled.
    const undoes = await belay.start({ name: 'undoes', stabilise: '10m' });
    await belay.approve(undoes);
    await until('it did it', async () => (await belay.progress(undoes)).startsWith('waiting 10m'));

    await belay.stopWorkers();
    await belay.startWorkers({ tools: false });
    const waits = await belay.start({ name: 'waits' });
    const leaves = await belay.start({ name: 'leaves' });
    await belay.doors.cancel(undoes, ada, 'take it back');
    const named = 'no worker on queue tools.lamp.default';
    for (const run of [waits, leaves, undoes])
      await until(`${run} says so`, async () => (await belay.progress(run)) === named, WITHIN);
    expect(await belay.note(waits, 'No worker serves')).toContain('tools.lamp.default');
    expect((await belay.doors.run(waits))?.state).toBe('running');

    await belay.doors.cancel(leaves, ada, 'enough');
    expect(await belay.ended(leaves)).toMatchObject({ state: 'cancelled', summary: 'Cancelled. Nothing was done.' });
    // An undo is what cancelling asked for: it is not given up because its worker is away.
    expect((await belay.doors.run(undoes))?.state).not.toBe('cancelled');

    await belay.stopWorkers();
    await belay.startWorkers();
    expect(await belay.ended(undoes)).toMatchObject({ state: 'cancelled', summary: `Cancelled. Undone: ${undoes}/1.` });
    await belay.approve(waits);
    expect(await belay.ended(waits)).toMatchObject({ outcome: 'fixed' });
    expect((await belay.kinds(waits)).filter((kind) => kind === 'run.note')).toHaveLength(1);
  }, 240_000);
});
