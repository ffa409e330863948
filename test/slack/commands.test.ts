import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Failure } from '../../src/domain/failure.ts';
import { ButtonValue, ACTIONS } from '../../src/slack/button-value.ts';
import { FakeDoors } from '../support/fake-doors.ts';
import { cardText, stringsIn } from './card-text.ts';
import { GATE, MANIFEST, RUN, sampleGate, sampleOption, sampleRun } from './sample-gate.ts';
import { startTestDoor, type TestDoor } from './start-test-door.ts';

let door: TestDoor;
beforeAll(async () => {
  door = await startTestDoor();
});
afterAll(() => door.stop());

beforeEach(() => {
  door.doors = new FakeDoors(MANIFEST);
  door.doors.approvers = [`slack:${door.slack.teamId}/${door.slack.users.ada}`];
  door.doors.add(sampleGate(), sampleRun(), [
    { seq: 1, at: '2026-11-21T10:01:40.000Z', kind: 'run.registered', text: 'Started by an alert' },
    { seq: 2, at: '2026-11-21T10:02:11.000Z', kind: 'gate.opened', text: 'Asked <!channel> for a decision' },
  ]);
});

const RUNBOOK = 'remediation/bad-deploy';

describe('run starts a runbook', () => {
  test.each([
    ['plain words', 'namespace=shop name=checkout', { namespace: 'shop', name: 'checkout' }, false],
    ['quoted words', 'namespace="my shop" name=\'check out\'', { namespace: 'my shop', name: 'check out' }, false],
    ['smart quotes', 'namespace=“my shop” name=‘check out’', { namespace: 'my shop', name: 'check out' }, false],
    ['newlines between', 'namespace=shop\nname=checkout\n', { namespace: 'shop', name: 'checkout' }, false],
    ['a dry run', 'namespace=shop name=checkout --dry-run', { namespace: 'shop', name: 'checkout' }, true],
    ['a dash made of two', 'namespace=shop name=checkout —dry-run', { namespace: 'shop', name: 'checkout' }, true],
    [
      'numbers and booleans by schema',
      'namespace=1 name=true minutes=5 verbose=true',
      { namespace: '1', name: 'true', minutes: 5, verbose: true },
      false,
    ],
    ['entities as Slack sends them', 'namespace=a&amp;b name=&lt;x&gt;', { namespace: 'a&b', name: '<x>' }, false],
    ['an equals sign in the value', 'namespace=a=b name=', { namespace: 'a=b', name: '' }, false],
    ['emoji', 'namespace=🚒 name=:fire:', { namespace: '🚒', name: ':fire:' }, false],
    ['no-break spaces', 'namespace=shop\u00A0name=checkout', { namespace: 'shop', name: 'checkout' }, false],
    [
      'names that objects already have',
      '__proto__=x constructor=y',
      JSON.parse('{"__proto__":"x","constructor":"y"}'),
      false,
    ],
  ])('with %s', async (_, words, input, dryRun) => {
    const { text } = await door.type('ada', `run ${RUNBOOK} ${words}`);
    expect(text).toMatch(/^Started `r-00000001`/);
    expect(door.doors.starts).toHaveLength(1);
    expect(door.doors.starts[0]).toMatchObject({ request: { runbook: RUNBOOK, dryRun }, person: { door: 'slack' } });
    expect(JSON.stringify(door.doors.starts[0]?.request.input)).toBe(JSON.stringify(input));
  });

  test.each([
    ['no runbook', '', 'Which runbook?'],
    ['an unknown runbook', 'remediation/bad-deplyo', 'Did you mean `remediation/bad-deploy`?'],
    ['an open quote', `${RUNBOOK} name="check`, 'opened but not closed'],
    ['a word that is not key=value', `${RUNBOOK} checkout`, 'is not key=value'],
    ['an unknown option', `${RUNBOOK} --force`, 'there is no option --force'],
    ['a key given twice', `${RUNBOOK} name=a name=b`, 'name is given twice'],
    ['a number that is none', `${RUNBOOK} minutes=soon`, 'minutes must be integer'],
    ['a boolean that is none', `${RUNBOOK} verbose=yes`, 'verbose must be boolean'],
  ])('not with %s, and says why', async (_, words, told) => {
    expect((await door.type('ada', `run ${words}`)).text).toContain(told);
    expect(door.doors.starts).toEqual([]);
  });

  test('not with what the authority refuses, field by field', async () => {
    door.doors.startAnswer = { answer: 'invalid', problems: [{ field: 'namespace', message: 'is required' }] };
    const { text } = await door.type('ada', `run ${RUNBOOK} name=x`);
    expect(text).toContain('• namespace is required');
    expect(text).toContain('`/belay run remediation/bad-deploy namespace=… name=… [minutes=…] [verbose=…]`');
  });

  test('once, when Slack delivers the same command twice', async () => {
    const again = { triggerId: '1.2.same' };
    await door.type('ada', `run ${RUNBOOK} namespace=a name=b`, again);
    expect((await door.type('ada', `run ${RUNBOOK} namespace=a name=b`, again)).text).toContain(
      'started by this same command already',
    );
  });
});

describe('what can be asked', () => {
  test.each([
    ['', 'What /belay can do'],
    ['help', 'What /belay can do'],
    ['  HELP ', 'What /belay can do'],
    ['gate', 'Did you mean `gates`?'],
    ['🔥', 'is not a command of Belay'],
    ['<!channel>', '`&lt;!channel&gt;` is not a command'],
    ['x'.repeat(3_500), '3500 characters long'],
    ['show', 'Show what?'],
    ['show nothing', 'neither a run id'],
    ['show r-00000000', 'There is no run'],
    ['show g-000000', 'There is no gate'],
    ['approve g-000000', 'There is no gate'],
    ['approve yes', 'is not a gate id'],
    ['deny', 'is not a gate id'],
    ['deny g-000000 no', 'There is no gate'],
    [`deny ${GATE}`, 'Please say why'],
    [`deny ${GATE} ${'x'.repeat(2_500)}`, 'at most 2,000 characters'],
    ['cancel', 'is not a run id'],
    ['cancel r-00000000 why', 'There is no run'],
  ])('"%.40s" is answered: %s', async (text, told) => {
    expect((await door.type('ada', text)).text).toContain(told);
    expect(door.doors.asked).toEqual([]);
  });

  test('help brings a menu of the runbooks, and choosing one gives the command to type', async () => {
    const { blocks } = await door.type('ada', '');
    expect(stringsIn(blocks)).toContain(RUNBOOK);
    const action = { type: 'static_select', selected_option: { value: RUNBOOK } };
    const { blocks: answer } = await door.click('ada', { actionId: ACTIONS.pick, action });
    expect(stringsIn(answer).join()).toContain(
      '`/belay run remediation/bad-deploy namespace=… name=… [minutes=…] [verbose=…]`',
    );
  });

  test('runs, show and gates answer with what is there, inert', async () => {
    expect(cardText(await door.type('ada', 'runs'))).toContain(`\`${RUN}\` *waiting* · Bad deploy`);
    const shown = cardText(await door.type('ada', `show ${RUN}`));
    expect(shown).toContain('`10:02:11` Asked &lt;!channel&gt; for a decision');
    expect(shown).toContain(`Gates: \`${GATE}\``);
    expect(cardText(await door.type('ada', 'gates'))).toContain('*Roll back deployment checkout in shop');
  });

  test('gates gives each a button that shows its card', async () => {
    const { blocks } = await door.click('ada', { actionId: ACTIONS.show, value: GATE });
    expect(blocks[0]).toMatchObject({ type: 'header', text: { text: '● Approval needed' } });
  });

  test('nothing there is said in words', async () => {
    door.doors = new FakeDoors({ ...MANIFEST, runbooks: [] });
    expect((await door.type('ada', 'runs')).text).toContain('No runs yet');
    expect((await door.type('ada', 'gates')).text).toBe('Nothing waits for a person.');
    expect(stringsIn((await door.type('ada', '')).blocks).join()).toContain('no runbooks here yet');
  });

  test('everything is answered to the one who asked, also while the database is down', async () => {
    door.doors.breakWith = new Failure('retry.unreachable', 'the database does not answer');
    for (const text of ['runs', 'gates', `show ${RUN}`, `approve ${GATE}`, `cancel ${RUN} x`])
      expect((await door.type('ada', text)).text).toContain('the database does not answer');
  });

  test('a bot’s or guest’s command does nothing', async () => {
    door.proxy.meddle(({ method }) =>
      method === 'users.info' ? { instead: { ok: true, user: { id: 'U0GUEST9', is_restricted: true } } } : undefined,
    );
    expect((await door.type('ada', `cancel ${RUN} x`, { userId: 'U0GUEST9' })).text).toContain('Guests');
    door.proxy.meddle();
    expect(door.doors.cancels).toEqual([]);
  });
});

describe('deciding by command', () => {
  test('approve decides nothing: it shows the card, whose button carries the digest of what is shown', async () => {
    const { blocks } = await door.type('ada', `approve ${GATE}`);
    expect(door.doors.asked).toEqual([]);
    const values = stringsIn(blocks).filter((text) => text.startsWith('{"gate"'));
    expect(ButtonValue.parse(JSON.parse(values[0] ?? ''))).toEqual({
      gate: GATE,
      option: 'undo',
      digest: sampleOption().digest,
    });
  });

  test('deny takes the reason as it was typed', async () => {
    expect((await door.type('ada', `deny ${GATE} don't, the sale's on; "really"`)).text).toMatch(/^Denied/);
    expect(await door.doors.gate(GATE)).toMatchObject({ state: 'denied', reason: `don't, the sale's on; "really"` });
  });

  test('cancel passes the reason on', async () => {
    expect((await door.type('ada', `cancel ${RUN} wrong cluster`)).text).toContain('is being cancelled');
    await door.type('ada', `cancel ${RUN}`);
    expect(door.doors.cancels.map(({ reason }) => reason)).toEqual(['wrong cluster', 'cancelled in Slack']);
  });

  test('cancel of a run that is over says so', async () => {
    door.doors.add(undefined, sampleRun({ state: 'finished', outcome: 'fixed' }));
    expect((await door.type('ada', `cancel ${RUN} x`)).text).toContain('is over already');
  });
});
