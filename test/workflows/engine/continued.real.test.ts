import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WAKE_SIGNAL } from '../../../src/domain/messages.ts';
import { describeReal } from '../../support/parts.ts';
import { quietTemporal } from '../../support/quiet-temporal.ts';
import { type RunningTemporal, startTemporal } from '../../support/start-temporal.ts';
import { ada, startToyBelay, type ToyBelay } from '../../support/toy/start-toy-belay.ts';
import { until } from '../../support/until.ts';

/** A server that wants histories short, so that a wait of minutes here is one of years elsewhere. */
const SHORT = { 'limit.historyCount.suggestContinueAsNew': '40' };

describeReal('a run that waits for a very long time', ['temporal', 'postgres'], () => {
  let temporal: RunningTemporal;
  let belay: ToyBelay;
  beforeAll(async () => {
    quietTemporal();
    temporal = await startTemporal({ settings: SHORT });
    belay = await startToyBelay({ temporal: temporal.address });
  }, 120_000);
  afterAll(async () => {
    await belay?.stop();
    await temporal?.stop();
  }, 60_000);

  const execution = async (run: string) => (await (await belay.handle(run)).describe()).runId;

  /** Wakes a run until it has gone on as another execution, and is there again. */
  async function continued(run: string): Promise<void> {
    const before = await execution(run);
    await until(
      `run ${run} continues as new`,
      async () => {
        await (await belay.handle(run)).signal(WAKE_SIGNAL);
        return (await execution(run)) !== before;
      },
      { within: 60_000 },
    );
  }

  const reads = async (run: string) => (await belay.kinds(run)).filter((kind) => kind === 'evidence.read').length;
  const gatesOf = (run: string) => belay.doors.gates({ run });

  test('continues as new while it waits for people: the same gate, nothing read or asked twice, one effect', async () => {
    belay.lamps.dark('patient');
    const run = await belay.start({ name: 'patient' });
    const gate = await belay.openGate(run);
    const looked = belay.lamps.looks.length;
    await continued(run);
    await continued(run);
    expect(await gatesOf(run)).toHaveLength(1);
    expect(await belay.openGate(run)).toMatchObject({ id: gate.id, digest: gate.digest, state: 'open' });
    expect(belay.lamps.looks.length).toBe(looked);
    await belay.approve(run);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    expect(belay.lamps.effectsOn(run)).toEqual([`${run}/1 execute`]);
    expect(await reads(run)).toBe(2);
    expect(await belay.doors.verifyLedger()).toMatchObject({ ok: true });
  }, 180_000);

  test('an edit after that is previewed under the next action id, and a drift is asked again', async () => {
    belay.lamps.dark('edited', 'edited 2');
    const run = await belay.start({ name: 'edited', more: ['edited 2'] });
    const first = await belay.openGate(run);
    await continued(run);
    const args = { name: 'edited', on: true };
    await belay.decide(run, { decision: 'edit', action: 1, args });
    const second = await belay.nextGate(run, first);
    expect(second.options[0]?.actions.map(({ id }) => id)).toEqual([`${run}/3`, `${run}/4`]);
    await continued(run);
    expect(await gatesOf(run)).toHaveLength(2);
    await belay.doors.decide(second.id, { decision: 'deny', digest: second.digest, reason: 'no' }, ada);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'denied' });
  }, 180_000);

  test('a batch that waits keeps its list, its numbers and its one gate', async () => {
    const names = Array.from({ length: 7 }, (_, n) => `long-${n}`);
    belay.lamps.dark(...names);
    const run = await belay.start({ prefix: 'long' }, { runbook: 'cost/lamps' });
    const gate = await belay.openGate(run);
    await continued(run);
    expect(await gatesOf(run)).toHaveLength(1);
    await belay.approve(run);
    expect(await belay.ended(run)).toMatchObject({ outcome: 'fixed' });
    expect(belay.lamps.effectsOn(run)).toHaveLength(7);
    expect((await belay.doors.gate(gate.id))?.state).toBe('done');
  }, 180_000);
});
