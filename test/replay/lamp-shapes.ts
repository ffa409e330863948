import type { Alert } from '../../src/domain/alert.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { WAKE_SIGNAL } from '../../src/domain/messages.ts';
import { ada, type ToyBelay } from '../support/toy/start-toy-belay.ts';
import { until } from '../support/until.ts';

type Shape = (belay: ToyBelay, name: string) => Promise<string>;

const deny = async (belay: ToyBelay, run: string) => {
  const gate = await belay.openGate(run);
  await belay.doors.decide(gate.id, { decision: 'deny', digest: gate.digest }, ada);
};
const approved = async (belay: ToyBelay, input: JsonObject): Promise<string> => {
  const run = await belay.start(input);
  await belay.approve(run);
  return run;
};
const stabilises = async (belay: ToyBelay, name: string): Promise<string> => {
  const run = await approved(belay, { name, stabilise: '10m' });
  await until('it waits', async () => (await belay.progress(run)).startsWith('waiting 10m'));
  return run;
};
const dyingAt =
  (point: 'before' | 'after', tool: string): Shape =>
  async (belay, name) => {
    let died = false;
    belay.lamps.at = (at, lamp) => {
      if (at !== point || lamp !== name || died) return;
      died = true;
      throw new Error('the process died here');
    };
    return await approved(belay, { name, tool });
  };

/** The ways a run of the toy's runbook can go: one history each. The lamps named after the shape (and `<shape> 2`) are dark. */
export const lampShapes: Readonly<Record<string, Shape>> = {
  fixed: async (belay, name) => await approved(belay, { name }),
  denied: async (belay, name) => {
    const run = await belay.start({ name });
    await deny(belay, run);
    return run;
  },
  'nothing-wrong': async (belay, name) => {
    belay.lamps.state.set(name, { on: true, by: null });
    return await belay.start({ name });
  },
  'dry-run': async (belay, name) => await belay.start({ name }, { dryRun: true }),
  expired: async (belay, name) => {
    const run = await belay.start({ name });
    await belay.openGate(run);
    belay.clock.ahead = 8 * 24 * 3600_000;
    await (await belay.handle(run)).signal(WAKE_SIGNAL);
    await belay.ended(run);
    belay.clock.ahead = 0;
    return run;
  },
  'drifted-and-asked-again': async (belay, name) => {
    const run = await belay.start({ name });
    const first = await belay.openGate(run);
    belay.lamps.lamp(name).revision = 7;
    await belay.approve(run);
    await until('it asks again', async () => {
      const [gate] = await belay.doors.gates({ run, state: 'open' });
      return gate !== undefined && gate.id !== first.id;
    });
    await deny(belay, run);
    return run;
  },
  'cancelled-while-asking': async (belay, name) => {
    const run = await belay.start({ name });
    await belay.openGate(run);
    await belay.doors.cancel(run, ada, 'stop');
    return run;
  },
  'cancelled-and-undone': async (belay, name) => {
    const run = await stabilises(belay, name);
    await belay.doors.cancel(run, ada, 'stop');
    return run;
  },
  'cancelled-in-temporal-and-undone': async (belay, name) => {
    const run = await stabilises(belay, name);
    await (await belay.handle(run)).cancel();
    return run;
  },
  'verification-failed-undone': async (belay, name) => {
    belay.lamps.lamp(name).seemsOn = false;
    return await approved(belay, { name, more: [`${name} 2`] });
  },
  inconclusive: async (belay, name) => {
    belay.lamps.lamp(name).samples = 0;
    return await approved(belay, { name });
  },
  'second-action-refused': async (belay, name) => {
    const run = await belay.start({ name, more: [`${name} 2`] });
    await belay.openGate(run);
    belay.lamps.lamp(`${name} 2`).revision = 3;
    await belay.approve(run);
    return run;
  },
  'crashed-and-reconciled': dyingAt('after', 'lamp.set'),
  'in-doubt': dyingAt('before', 'lamp.set_once'),
  'waited-for-a-lock': async (belay, name) => {
    const first = await belay.start({ name, stabilise: '3s' });
    const second = await belay.start({ name });
    await belay.openGate(second);
    await belay.approve(first);
    await until('the first did it', () => belay.lamps.effectsOn(first).length === 1);
    await belay.approve(second);
    return second;
  },
  'foreign-signals': async (belay, name) => {
    const run = await belay.start({ name });
    await belay.openGate(run);
    await (await belay.handle(run)).signal('approve', 'forged');
    await until('it is on record', async () => (await belay.kinds(run)).includes('signal.foreign'));
    await belay.approve(run);
    return run;
  },
  'alert-resolved': async (belay, name) => {
    const alert: Alert = {
      source: 'test',
      fingerprint: name,
      group: name,
      status: 'firing',
      labels: { alertname: 'DarkLamp', lamp: name },
      annotations: {},
      startsAt: new Date().toISOString(),
      endsAt: null,
      generatorUrl: null,
    };
    const route = { runbook: 'remediation/lamp', mode: 'propose' as const, input: {} };
    const [receipt] = await belay.doors.receiveAlerts([{ alert, route }]);
    const run = receipt?.runId ?? '';
    await belay.openGate(run);
    await belay.doors.receiveAlerts([{ alert: { ...alert, status: 'resolved' }, route }]);
    return run;
  },
  'bug-in-the-runbook': async (belay, name) => await belay.start({ name, mistake: 'in-rules' }),
};
