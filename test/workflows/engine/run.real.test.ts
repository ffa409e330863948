import { expect, test } from '@jest/globals';
import { describeReal } from '../../support/parts.ts';
import { ada } from '../../support/toy/start-toy-belay.ts';
import { useToy } from './toy.ts';

describeReal('a run, from plan to verdict', ['temporal', 'postgres'], () => {
  const toy = useToy();

  test('an approved action happens once, is verified and is on the record', async () => {
    const { belay } = toy;
    belay.lamps.dark('hall');
    const run = await belay.start({ name: 'hall' });
    const gate = await belay.openGate(run);
    expect(gate.options.map((option) => option.id)).toEqual(['switch-on', 'watch']);
    expect(gate.options[0]?.actions[0]?.sentence).toBe('Switch lamp hall on');
    expect(belay.lamps.effects).toEqual([]);
    await belay.approve(run);
    const ended = await belay.ended(run);
    expect(ended).toMatchObject({
      state: 'finished',
      outcome: 'fixed',
      verdict: 'healthy',
      proposedBy: 'rule-based, no model',
    });
    expect(belay.lamps.effects).toEqual([`${run}/1 execute`]);
    expect(await belay.kinds(run)).toEqual([
      'run.registered',
      'run.bound',
      'evidence.read',
      'action.previewed',
      'plan.proposed',
      'gate.opened',
      'decision.recorded',
      'gate.decided',
      'action.intended',
      'action.executed',
      'evidence.read',
      'run.verified',
      'run.finished',
    ]);
    expect(await belay.doors.verifyLedger()).toMatchObject({ ok: true, problems: [] });
  });

  test('a denied action never happens', async () => {
    const { belay } = toy;
    belay.lamps.dark('cellar');
    const run = await belay.start({ name: 'cellar' });
    const gate = await belay.openGate(run);
    await belay.doors.decide(gate.id, { decision: 'deny', digest: gate.digest, reason: 'we are asleep' }, ada);
    expect(await belay.ended(run)).toMatchObject({ state: 'finished', outcome: 'denied' });
    expect(belay.lamps.state.get('cellar')?.on).toBe(false);
  });
});
