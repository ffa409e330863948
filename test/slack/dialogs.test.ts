import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { digestOf } from '../../src/domain/digest.ts';
import { ACTIONS, menuValue, type MenuValue } from '../../src/slack/button-value.ts';
import { DIALOGS, type DialogKind } from '../../src/slack/dialog.ts';
import { FakeDoors } from '../support/fake-doors.ts';
import { blockAction, sendSlack, viewSubmission } from '../support/signed-slack-request.ts';
import { until } from '../support/until.ts';
import { GATE, MANIFEST, sampleAction, sampleDecision, sampleGate, sampleOption, sampleRun } from './sample-gate.ts';
import { type Answer, startTestDoor, type TestDoor } from './start-test-door.ts';

const TOOL = {
  name: 'kubernetes.rollout_undo',
  title: 'Undo a rollout',
  description: 'Undoes one.',
  risk: 'write' as const,
  reversible: 'yes' as const,
  safeToRepeat: 'compare-and-set' as const,
  timeoutMs: 30_000,
  schemaHash: digestOf('schema'),
  inputSchema: {
    type: 'object',
    properties: {
      connection: { type: 'string' },
      namespace: { type: 'string', description: 'Where it <runs>' },
      name: { type: 'string' },
      toRevision: { type: 'integer' },
      force: { type: 'boolean' },
      hosts: { type: 'array', items: { type: 'string' } },
      labels: { type: 'object' },
    },
    required: ['connection', 'namespace', 'name', 'toRevision'],
  },
};
const manifest = { ...MANIFEST, tools: [TOOL] };
const option = sampleOption();
const value = { gate: GATE, option: option.id, digest: option.digest };
const model = { kind: 'model' as const, model: 'm', promptHash: 'x' };

let door: TestDoor;
beforeAll(async () => {
  door = await startTestDoor();
});
afterAll(() => door.stop());
beforeEach(() => {
  door.proxy.meddle();
  door.doors = new FakeDoors(manifest);
  door.doors.approvers = [`slack:${door.slack.teamId}/${door.slack.users.ada}`];
  door.doors.add(sampleGate({ proposedBy: model }), sampleRun());
});

const View = z.object({
  callback_id: z.string(),
  private_metadata: z.string(),
  blocks: z.array(
    z.looseObject({
      type: z.string(),
      block_id: z.string().optional(),
      optional: z.boolean().optional(),
      label: z.looseObject({ text: z.string() }).optional(),
      element: z
        .looseObject({ type: z.string(), action_id: z.string(), initial_value: z.string().optional() })
        .optional(),
    }),
  ),
});
type View = z.infer<typeof View>;

/** Chooses from the three dots, and gives the dialog that opens. */
async function choose(choice: MenuValue['choice'], action = 0): Promise<View> {
  const chosen = { type: 'overflow', selected_option: { value: menuValue({ ...value, choice, action }) } };
  return opened({ actionId: ACTIONS.more, action: chosen });
}

async function opened(click: Parameters<typeof blockAction>[1]): Promise<View> {
  const before = door.proxy.calls.length;
  const triggerId = await door.slack.triggerId(door.slack.users.ada);
  const body = blockAction({ ...door.origin('ada'), triggerId }, click);
  await sendSlack({ url: door.url, signingSecret: door.slack.signingSecret, body });
  const call = await until('the dialog opens', () =>
    door.proxy.calls.slice(before).find(({ method }) => method === 'views.open'),
  );
  return View.parse(JSON.parse(call.args['view'] ?? '{}'));
}

const submit = async (kind: DialogKind, { private_metadata }: View, values: Record<string, Record<string, object>>) =>
  sendSlack({
    url: door.url,
    signingSecret: door.slack.signingSecret,
    body: viewSubmission(door.origin('ada'), { callbackId: DIALOGS[kind], privateMetadata: private_metadata, values }),
  });
const typed = (text: string) => ({ type: 'plain_text_input', value: text });
const errorsIn = async (response: Response): Promise<unknown> =>
  z.looseObject({ errors: z.unknown() }).parse(await response.json()).errors;
const nextAnswer = async (work: () => Promise<unknown>): Promise<Answer> => {
  const before = door.answers().length;
  await work();
  return until('an answer', () => door.answers()[before]);
};

describe('Edit…', () => {
  /** What the dialog holds when nothing is changed, by block. */
  const untouched = ({ blocks }: View): Record<string, Record<string, object>> =>
    Object.fromEntries(
      blocks.flatMap(({ block_id, element }) =>
        block_id === undefined || element === undefined
          ? []
          : [[block_id, { [element.action_id]: typed(element.initial_value ?? '') }]],
      ),
    );
  const changed = (view: View, changes: Record<string, string>): Record<string, Record<string, object>> => {
    const values = untouched(view);
    for (const { block_id, label, element } of view.blocks)
      if (block_id !== undefined && element !== undefined && label && changes[label.text] !== undefined)
        values[block_id] = { [element.action_id]: typed(changes[label.text] ?? '') };
    return values;
  };

  test('opens a control for each argument of the tool, filled in with what it is', async () => {
    const view = await choose('edit');
    const controls = view.blocks.flatMap(({ label, element, optional }) =>
      element === undefined ? [] : [[label?.text, element.type, element.initial_value, optional]],
    );
    expect(controls).toEqual([
      ['connection', 'plain_text_input', 'default', true],
      ['namespace', 'plain_text_input', 'shop', true],
      ['name', 'plain_text_input', 'checkout', true],
      ['toRevision', 'number_input', '3', false],
      ['force', 'static_select', undefined, true],
      ['hosts', 'plain_text_input', undefined, true],
      ['labels', 'plain_text_input', undefined, true],
    ]);
    expect(JSON.stringify(view)).not.toContain('<runs>');
    expect(door.doors.asked).toEqual([]);
  });

  test('asks with the new arguments and says which approval takes this one’s place', async () => {
    door.doors.decideAnswer = () => ({
      answer: 'revised',
      record: sampleDecision({ decision: 'edit' }),
      gate: 'g-000002',
    });
    const view = await choose('edit');
    const { text } = await nextAnswer(() =>
      submit('edit', view, changed(view, { toRevision: '2', hosts: 'a\nb', labels: '{"x":1}' })),
    );
    expect(text).toContain('`g-000002` takes its place');
    expect(door.doors.asked.map(({ request }) => request)).toEqual([
      {
        decision: 'edit',
        option: option.id,
        digest: option.digest,
        action: 0,
        args: {
          connection: 'default',
          namespace: 'shop',
          name: 'checkout',
          toRevision: 2,
          hosts: ['a', 'b'],
          labels: { x: 1 },
        },
      },
    ]);
  });

  test('what cannot be read stands at its field, and nothing is asked', async () => {
    const view = await choose('edit');
    const errors = await errorsIn(await submit('edit', view, changed(view, { toRevision: 'two', labels: '{' })));
    expect(errors).toEqual({ 'argument-3': 'is no number', 'argument-6': expect.stringContaining('is not JSON') });
    expect(door.doors.asked).toEqual([]);
  });

  test('what the authority objects to stands at its field', async () => {
    const message = 'args.toRevision must be >= 1; args.namespace is not one of yours <!channel>';
    door.doors.decideAnswer = () => ({ answer: 'refused', why: 'invalid', message });
    const view = await choose('edit');
    const errors = await errorsIn(await submit('edit', view, changed(view, { toRevision: '0' })));
    expect(errors).toEqual({
      'argument-3': 'must be ›= 1',
      'argument-1': 'is not one of yours ‹!channel›',
    });
  });

  test('an authority that takes long is answered later; the dialog closes within Slack’s time', async () => {
    let answer = (): void => undefined;
    door.doors.decideAnswer = async () => {
      await new Promise<void>((resolve) => (answer = resolve));
      return { answer: 'refused', why: 'invalid', message: 'args.toRevision is no revision' };
    };
    const view = await choose('edit');
    const closed = await submit('edit', view, changed(view, { toRevision: '9' }));
    expect(await closed.text()).toBe('');
    const { text } = await nextAnswer(async () => answer());
    expect(text).toContain('args.toRevision is no revision');
  });

  test('of an argument too long for a dialog leads to the terminal', async () => {
    const long = sampleOption({ actions: [sampleAction({ args: { name: 'x'.repeat(4_000) } })] });
    door.doors.add(sampleGate({ options: [long] }), sampleRun());
    const chosen = menuValue({ ...value, digest: long.digest, choice: 'edit', action: 0 });
    const { text } = await door.click('ada', {
      actionId: ACTIONS.more,
      action: { type: 'overflow', selected_option: { value: chosen } },
    });
    expect(text).toContain(`belay edit ${GATE}`);
  });
});

describe('Send back… and I did it by hand…', () => {
  test('feedback goes with the decision; without any, the dialog says so', async () => {
    const view = await choose('send-back');
    expect(await errorsIn(await submit('send-back', view, { reason: { reason: typed('  ') } }))).toEqual({
      reason: expect.any(String),
    });
    door.doors.decideAnswer = () => ({
      answer: 'revised',
      record: sampleDecision({ decision: 'send-back' }),
      gate: 'g-000002',
    });
    await nextAnswer(() => submit('send-back', view, { reason: { reason: typed('one pod at a time') } }));
    expect(door.doors.asked.map(({ request }) => request)).toEqual([
      { decision: 'send-back', option: option.id, digest: option.digest, reason: 'one pod at a time' },
    ]);
  });

  test('an objection of the authority to the feedback stands at its field', async () => {
    const message = 'This run was sent back 3 times already; edit the arguments or deny it.';
    door.doors.decideAnswer = () => ({ answer: 'refused', why: 'invalid', message });
    const view = await choose('send-back');
    expect(await errorsIn(await submit('send-back', view, { reason: { reason: typed('again') } }))).toEqual({
      reason: message,
    });
  });

  test('by hand needs no words, and says what Belay does then', async () => {
    const record = sampleDecision({ decision: 'by-hand' });
    door.doors.decideAnswer = () => ({ answer: 'recorded', record, complete: true, missing: [] });
    const view = await opened({ actionId: ACTIONS.byHand, value: JSON.stringify(value) });
    const { text } = await nextAnswer(() => submit('by-hand', view, { reason: { reason: typed('') } }));
    expect(text).toContain('checks the result');
    expect(door.doors.asked.map(({ request }) => request)).toEqual([
      { decision: 'by-hand', option: option.id, digest: option.digest },
    ]);
  });
});

describe('whatever is clicked too late, twice or by a stranger', () => {
  test.each(['edit', 'send-back', 'by-hand'] as const)(
    '%s on a card that is over is refused at once, and on record',
    async (choice) => {
      door.doors.change(GATE, { state: 'denied' });
      const chosen = menuValue({ ...value, choice, action: 0 });
      const { text } = await door.click('ada', {
        actionId: ACTIONS.more,
        action: { selected_option: { value: chosen } },
      });
      expect(text).toMatch(/^Not counted: .*denied already/);
      expect(door.doors.asked).toHaveLength(1);
    },
  );

  test.each([
    ['nothing', undefined],
    ['a made-up choice', `burn|${GATE}|undo|${'0'.repeat(64)}|0`],
    ['another gate id', `edit|x|undo|${'0'.repeat(64)}|0`],
    ['more than we put there', `${menuValue({ ...value, choice: 'edit', action: 0 })}|x`],
    ['an action that is none', `edit|${GATE}|undo|${'0'.repeat(64)}|77`],
  ])('a menu whose value is %s is answered and asks nothing', async (_, text) => {
    const { text: told } = await door.click('ada', {
      actionId: ACTIONS.more,
      action: text === undefined ? {} : { selected_option: { value: text } },
    });
    expect(told).toContain('not one of Belay’s');
    expect(door.doors.asked).toEqual([]);
  });

  test('a refusal that wants a passkey leads to it, and changes nothing', async () => {
    const message = `Policy wants your passkey for this: open /approve/${GATE} in a browser.`;
    door.doors.decideAnswer = () => ({ answer: 'refused', why: 'step-up-needed', message });
    const { text, blocks } = await door.click('ada', { actionId: ACTIONS.approve, value: JSON.stringify(value) });
    expect(text).toMatch(/^Not yet: /);
    expect(JSON.stringify(blocks)).toContain(`"url":"https://belay.example/approve/${GATE}"`);
  });

  test('a refusal because of a halt says who halted it', async () => {
    const message = 'Nothing is approved while it is halted: everything halted by Grace: wrong cluster.';
    door.doors.decideAnswer = () => ({ answer: 'refused', why: 'frozen', message });
    const { text } = await door.click('ada', { actionId: ACTIONS.approve, value: JSON.stringify(value) });
    expect(text).toBe(`On hold: ${message} Denying is possible. (\`${GATE}\`)`);
  });

  test('a link button is acknowledged and says nothing', async () => {
    const before = door.answers().length;
    const body = blockAction(door.origin('ada'), { actionId: ACTIONS.link });
    expect((await sendSlack({ url: door.url, signingSecret: door.slack.signingSecret, body })).status).toBe(200);
    await sleep(50);
    expect(door.answers()).toHaveLength(before);
  });
});

describe('I’m on it', () => {
  test('is that person’s word, once for each click', async () => {
    const { text } = await door.click('ada', { actionId: ACTIONS.acknowledge, value: sampleRun().id });
    expect(text).toContain('You are on it');
    expect(door.doors.acknowledged.map(({ run, person }) => [run, person.name])).toEqual([[sampleRun().id, 'ada']]);
  });

  test('of something else than a run does nothing', async () => {
    expect((await door.click('ada', { actionId: ACTIONS.acknowledge, value: 'everything' })).text).toContain(
      'is not a run id',
    );
    expect(door.doors.acknowledged).toEqual([]);
  });
});
