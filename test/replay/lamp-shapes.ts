import type { Alert } from '../../src/domain/alert.ts';
import { Failure } from '../../src/domain/failure.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { WAKE_SIGNAL } from '../../src/domain/messages.ts';
import { call, type ModelDouble } from '../agents/support/model-double.ts';
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

const settled =
  (shape: Shape, option: 'happened' | 'did-not-happen'): Shape =>
  async (belay, name) => {
    const run = await shape(belay, name);
    const gate = await until('it asks whether it happened', async () =>
      (await belay.doors.gates({ run, state: 'open' })).find(({ kind }) => kind === 'doubt'),
    );
    const digest = gate.options.find(({ id }) => id === option)?.digest ?? '';
    await belay.doors.decide(gate.id, { decision: 'approve', digest }, ada);
    return run;
  };
/** Asks for other arguments, then goes on with the gate that takes its place. */
const edited =
  (args: (name: string) => { name: string; on: boolean }): Shape =>
  async (belay, name) => {
    const run = await belay.start({ name, more: [`${name} 2`] });
    const first = await belay.openGate(run);
    await belay.decide(run, { decision: 'edit', args: args(name) });
    await belay.nextGate(run, first);
    return run;
  };
const later = async (belay: ToyBelay, run: string, hours: number): Promise<void> => {
  belay.clock.ahead = hours * 3_600_000;
  await (await belay.handle(run)).signal(WAKE_SIGNAL);
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
    await later(belay, run, 8 * 24);
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
  'in-doubt-and-it-had-not-happened': settled(dyingAt('before', 'lamp.set_once'), 'did-not-happen'),
  'in-doubt-and-it-had-happened': settled(async (belay, name) => {
    const run = await dyingAt('after', 'lamp.set_once')(belay, name);
    const die = belay.lamps.at;
    // The lamp does not show who switched it, so that a look cannot tell.
    belay.lamps.at = async (at, lamp, action) => {
      if (at === 'reconcile') belay.lamps.lamp(lamp).by = null;
      await die(at, lamp, action);
    };
    return run;
  }, 'happened'),
  'cancelled-in-doubt': async (belay, name) => {
    const run = await dyingAt('before', 'lamp.set_once')(belay, name);
    await until('it is in doubt', async () => (await belay.progress(run)).startsWith('in doubt'));
    await belay.doors.cancel(run, ada, 'stop');
    return run;
  },
  edited: async (belay, name) => {
    const run = await edited((lamp) => ({ name: lamp, on: true }))(belay, name);
    await belay.approve(run);
    return run;
  },
  'edited-to-what-cannot-be': async (belay, name) => {
    const run = await edited((lamp) => ({ name: lamp, on: false }))(belay, name);
    await belay.approve(run);
    return run;
  },
  'edited-to-what-is-not-taken': async (belay, name) => {
    const run = await edited(() => ({ name: 'vault', on: true }))(belay, name);
    await deny(belay, run);
    return run;
  },
  'by-hand': async (belay, name) => {
    const run = await belay.start({ name });
    await belay.openGate(run);
    belay.lamps.state.set(name, { on: true, by: 'ada' });
    await belay.decide(run, { decision: 'by-hand', reason: 'with a ladder' });
    return run;
  },
  'reminded-and-approved': async (belay, name) => {
    const run = await belay.start({ name });
    await belay.openGate(run);
    await later(belay, run, 3);
    await until('it was reminded', async () => (await belay.kinds(run)).includes('gate.reminded'));
    belay.clock.ahead = 0;
    await belay.approve(run);
    return run;
  },
  'halted-and-resumed': async (belay, name) => {
    const run = await belay.start({ name });
    await belay.openGate(run);
    belay.faults.grant.instead = () => ({ answer: 'refused', code: 'halted', message: 'everything halted by ada' });
    await belay.approve(run);
    await until('it is halted', async () => (await belay.progress(run)).startsWith('halted'));
    belay.faults.grant.instead = undefined;
    await (await belay.handle(run)).signal(WAKE_SIGNAL);
    return run;
  },
  'halted-while-undoing': async (belay, name) => {
    const run = await stabilises(belay, name);
    belay.faults.grant.instead = () => ({ answer: 'refused', code: 'halted', message: 'everything halted by ada' });
    await belay.doors.cancel(run, ada, 'stop');
    await until('it is halted', async () => (await belay.progress(run)).startsWith('halted'));
    belay.faults.grant.instead = undefined;
    await (await belay.handle(run)).signal(WAKE_SIGNAL);
    return run;
  },
  'revoked-and-asked-again': async (belay, name) => {
    const run = await belay.start({ name });
    const first = await belay.openGate(run);
    belay.faults.grant.instead = () => ({ answer: 'refused', code: 'revoked', message: 'ada left' });
    await belay.approve(run);
    await belay.nextGate(run, first);
    belay.faults.grant.instead = undefined;
    await belay.approve(run);
    return run;
  },
  'a-mistake-after-the-side-effect': async (belay, name) => {
    belay.faults.any.before = (call) => {
      if (call === 'verified') throw new Failure('stop.unsupported', 'no such verdict');
    };
    const run = await approved(belay, { name });
    await belay.ended(run);
    belay.faults.any.before = undefined;
    return run;
  },
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

/** The ways of a run whose plan a model wrote, with what it answers in turn. */
export const modelShapes: Readonly<Record<string, { answers: (name: string) => ModelAnswer[]; go: Shape }>> = {
  'by-a-model': {
    answers: (name) => [look(name), propose('on', [name])],
    go: async (belay, name) => await approved(belay, { name }),
  },
  'sent-back': {
    answers: (name) => [propose('on', [name]), look(`${name} 2`), propose('both', [name, `${name} 2`])],
    go: async (belay, name) => await sentBack(belay, name),
  },
  'sent-back-in-vain': {
    answers: (name) => [propose('on', [name]), { error: { message: 'gone' }, status: 401 }],
    go: async (belay, name) => await sentBack(belay, name),
  },
  'a-model-that-fails': {
    answers: () => [{ error: { message: 'gone' }, status: 401 }],
    go: async (belay, name) => await approved(belay, { name }),
  },
};

async function sentBack(belay: ToyBelay, name: string): Promise<string> {
  const run = await belay.start({ name, more: [`${name} 2`] });
  const first = await belay.openGate(run);
  await belay.decide(run, { decision: 'send-back', reason: 'the other one too' });
  await belay.nextGate(run, first);
  await belay.approve(run);
  return run;
}

type ModelAnswer = Parameters<ModelDouble['script']>[number];
const look = (name: string): ModelAnswer => ({ toolCalls: [call('lamp__look', { name })] });
const propose =
  (id: string, names: readonly string[]): ModelAnswer =>
  ({ messages }) => {
    const evidence = [...new Set(JSON.stringify(messages).match(/blob:[0-9a-f]{64}/g))].slice(-1);
    const actions = names.map((name) => ({ tool: 'lamp__set', args: { name, on: true } }));
    const options = [{ id, title: id, why: '', actions, manual: null }];
    return {
      toolCalls: [
        call('propose_plan', { conclusion: 'act', diagnosis: 'It is dark.', confidence: 'high', evidence, options }),
      ],
    };
  };
