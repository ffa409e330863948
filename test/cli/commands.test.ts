import { afterEach, describe, expect, test } from '@jest/globals';
import { belay, type Ended } from './belay.ts';
import { CHOICE, DIGEST, GATE, OTHER_DIGEST, RUN } from './examples.ts';
import { startFakeApi, type Answer, type FakeApi, type Request } from './fake-api.ts';

let api: FakeApi | undefined;
afterEach(async () => {
  await api?.stop();
  api = undefined;
});

/** Runs a command against an API that answers by `"METHOD path"`. */
async function against(
  answers: Record<string, Answer | ((request: Request) => Answer)>,
  ...args: string[]
): Promise<Ended> {
  api = await startFakeApi((request) => {
    const answer = answers[`${request.method} ${request.path}`];
    return typeof answer === 'function' ? answer(request) : answer;
  });
  return belay([...args, '--data', api.data, '--port', String(api.port)]);
}

const posted = (): unknown[] => api?.requests.filter(({ method }) => method === 'POST').map(({ body }) => body) ?? [];
const DECISIONS = `POST /api/gates/${GATE.id}/decisions`;
const ONE = {
  [`GET /api/gates/${GATE.id}`]: { body: GATE },
  [DECISIONS]: { body: { state: 'approved', missing: [] } },
};
const TWO = { ...ONE, [`GET /api/gates/${GATE.id}`]: { body: CHOICE } };

describe('run', () => {
  test('sends typed input and says how to follow it', async () => {
    const ended = await against(
      { 'POST /api/runs': { status: 201, body: { id: RUN.id } } },
      'run',
      'remediation/bad-deploy',
      'workload=shop/checkout',
      'replicas=3',
      'text="3"',
      '--dry-run',
    );
    expect(ended).toEqual({ code: 0, err: '', out: `Started run ${RUN.id}. Follow it with: belay watch ${RUN.id}\n` });
    expect(posted()).toEqual([
      { runbook: 'remediation/bad-deploy', dryRun: true, input: { workload: 'shop/checkout', replicas: 3, text: '3' } },
    ]);
  });

  test('shows each problem of a refused input with its field, and ends with 1', async () => {
    const problem = {
      title: 'Invalid',
      detail: 'The input does not fit.',
      problems: [{ field: 'workload', message: 'is missing' }],
    };
    const ended = await against(
      { 'POST /api/runs': { status: 422, type: 'application/problem+json', body: problem } },
      'run',
      'x',
    );
    expect(ended).toEqual({ code: 1, out: '', err: 'belay: The input does not fit.\n  workload: is missing\n' });
  });

  test.each([
    [['run', 'x', 'novalue']],
    [['run', 'x', '=v']],
    [['run', 'x', 'a=1', 'a=2']],
    [['run', 'x', '--input-json', '[1]']],
  ])('%j is wrong usage and reaches nobody', async (args) => {
    const ended = await against({}, ...args);
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(/key=value|given twice|JSON object/);
    expect(api?.requests).toEqual([]);
  });
});

describe('approve', () => {
  test('shows the card and sends exactly the digest that it showed', async () => {
    const ended = await against(ONE, 'approve', GATE.id, '--yes');
    expect(ended.code).toBe(0);
    for (const part of [
      'Roll back deployment checkout in shop to revision 3',
      '+  image: checkout:v1',
      'Roll forward to revision 4',
      'rule-based, no model',
      DIGEST,
    ])
      expect(ended.out).toContain(part);
    expect(posted()).toEqual([{ decision: 'approve', digest: DIGEST, option: 'undo' }]);
  });

  test('says what is still missing when one approval is not enough', async () => {
    const ended = await against(
      { ...ONE, [DECISIONS]: { body: { state: 'open', missing: ['1 of sre'] } } },
      'approve',
      GATE.id,
      '--yes',
    );
    expect(ended.out).toContain('Approved g-7k2m9q; still missing: 1 of sre.');
  });

  const refusals: [name: string, args: string[], code: number, said: RegExp][] = [
    ['without a terminal and without --yes nobody is taken to have agreed', [], 2, /no terminal to ask on; give --yes/],
    ['several options need one to be named', ['--yes'], 2, /several options \(undo, watch\); say which with --option/],
    ['an option that is not there', ['--yes', '--option', 'burn'], 2, /no option "burn"; it has undo, watch/],
    [
      'a digest that is not what is shown now',
      ['--yes', '--digest', `sha256:${'f'.repeat(64)}`],
      1,
      /not what that digest stands for/,
    ],
    [
      'a digest of another option than the named one',
      ['--yes', '--option', 'undo', '--digest', OTHER_DIGEST],
      1,
      /not what that digest stands for/,
    ],
  ];
  test.each(refusals)('%s: nothing is sent', async (_name, args, code, said) => {
    const ended = await against(TWO, 'approve', GATE.id, ...args);
    expect(ended).toMatchObject({ code, err: expect.stringMatching(said) });
    expect(posted()).toEqual([]);
  });

  test.each([[['--option', 'watch']], [['--digest', OTHER_DIGEST]]])(
    'an option chosen by %j is the one that is approved',
    async (args) => {
      await against(TWO, 'approve', GATE.id, '--yes', ...args);
      expect(posted()).toEqual([{ decision: 'approve', digest: OTHER_DIGEST, option: 'watch' }]);
    },
  );

  test('a refusal of the authority is its own words and exit code 1', async () => {
    const problem = { detail: 'This was already denied by Ada.' };
    const ended = await against({ ...ONE, [DECISIONS]: { status: 409, body: problem } }, 'approve', GATE.id, '--yes');
    expect(ended).toMatchObject({ code: 1, err: 'belay: This was already denied by Ada.\n' });
  });
});

test('deny needs a reason and sends it', async () => {
  expect(await against(ONE, 'deny', GATE.id)).toMatchObject({ code: 2, err: expect.stringContaining('--reason') });
  expect(posted()).toEqual([]);
  await api?.stop();
  const ended = await against(ONE, 'deny', GATE.id, '--reason', 'not now');
  expect(ended).toMatchObject({ code: 0, out: 'Denied g-7k2m9q; nothing of it is carried out.\n' });
  expect(posted()).toEqual([{ decision: 'deny', digest: DIGEST, option: 'undo', reason: 'not now' }]);
});

describe('lists', () => {
  test('runs and gates are plain columns', async () => {
    const runs = await against({ 'GET /api/runs': { body: { runs: [RUN] } } }, 'runs');
    expect(runs.out).toMatch(
      /^RUN +RUNBOOK +STATE +OUTCOME +AGE +TARGET\nr-7k2m9qxd +remediation\/bad-deploy +waiting +– +\d+[dhms] +shop\/checkout\n$/,
    );
    await api?.stop();
    const gates = await against({ 'GET /api/gates?state=open': { body: { gates: [GATE] } } }, 'gates');
    expect(gates.out).toMatch(
      /g-7k2m9q +r-7k2m9qxd +open +\d+[dhms] +1 of approvers +Roll back deployment checkout in shop to revision 3/,
    );
  });

  test.each([
    ['runs', { 'GET /api/runs': { body: { runs: [] } } }, /No runs yet/],
    ['gates', { 'GET /api/gates?state=open': { body: { gates: [] } } }, /Nothing waits for approval/],
  ])('%s say so when there is nothing', async (command, answers, said) => {
    expect(await against(answers, command)).toMatchObject({ code: 0, out: expect.stringMatching(said) });
  });

  test('--json gives the answer as it came, on one line', async () => {
    const ended = await against({ 'GET /api/runs': { body: { runs: [{ ...RUN, more: 1 }] } } }, 'runs', '--json');
    expect(JSON.parse(ended.out)).toEqual({ runs: [{ ...RUN, more: 1 }] });
    expect(ended.out.trim().split('\n')).toHaveLength(1);
  });

  test('text from outside cannot steer the terminal', async () => {
    const run = { ...RUN, target: 'a\u001b[2Jb\u202Ec\nd' };
    const ended = await against({ 'GET /api/runs': { body: { runs: [run] } } }, 'runs');
    expect(ended.out).toContain('a⟨U+001B⟩[2Jb⟨U+202E⟩c d');
    expect(ended.out).not.toContain('\u001b');
  });
});

describe('other decisions than approve and deny', () => {
  const next = { body: { gate: 'g-000002', state: 'open', missing: ['1 of approvers'] } };
  const sent = { digest: DIGEST, option: 'undo' };

  test.each<[string[], object, string]>([
    [
      ['edit', GATE.id, '--set', 'revision=2', 'force=true'],
      { decision: 'edit', action: 0, args: { namespace: 'shop', deployment: 'checkout', revision: 2, force: true } },
      'belay approve g-000002',
    ],
    [
      ['edit', GATE.id, '--args', '{"a":[1]}', '--reason', 'smaller'],
      { decision: 'edit', action: 0, args: { a: [1] }, reason: 'smaller' },
      'g-7k2m9q is withdrawn',
    ],
    [
      ['send-back', GATE.id, '--feedback', 'one pod first'],
      { decision: 'send-back', reason: 'one pod first' },
      'g-000002 takes its place',
    ],
    [['by-hand', GATE.id, '--reason', 'kubectl'], { decision: 'by-hand', reason: 'kubectl' }, 'belay watch r-7k2m9qxd'],
  ])('%j sends exactly that, with the digest that stands there', async (args, decision, said) => {
    const ended = await against({ ...ONE, [DECISIONS]: next }, ...args);
    expect(ended).toMatchObject({ code: 0, err: '', out: expect.stringContaining(said) });
    expect(posted()).toEqual([{ ...sent, ...decision }]);
  });

  test.each([
    [['edit', GATE.id], /--set key=value or with --args/],
    [['edit', GATE.id, '--set', 'a=1', '--args', '{}'], /--set key=value or with --args/],
    [['edit', GATE.id, '--set', 'novalue'], /key=value/],
    [['edit', GATE.id, '--args', '[1]'], /JSON object/],
    [['edit', GATE.id, '--set', 'a=1', '--action', '2'], /has 1 steps/],
    [['edit', GATE.id, '--set', 'a=1', '--action', '0'], /from 1/],
    [['send-back', GATE.id], /--feedback/],
  ])('%j is wrong usage, and nothing is decided', async (args, said) => {
    expect(await against(ONE, ...args)).toMatchObject({ code: 2, err: expect.stringMatching(said) });
    expect(posted()).toEqual([]);
  });

  test('where a passkey is needed, the address of its page is printed', async () => {
    const problem = { detail: `Policy wants your passkey for this: open /approve/${GATE.id} in a browser.` };
    const ended = await against({ ...ONE, [DECISIONS]: { status: 403, body: problem } }, 'approve', GATE.id, '--yes');
    expect(ended).toMatchObject({
      code: 1,
      err: expect.stringMatching(/open http:\/\/localhost:\d+\/approve\/g-7k2m9q in/),
    });
  });

  test('ack says who is on it', async () => {
    const path = `POST /api/runs/${RUN.id}/acknowledge`;
    const first = await against({ [path]: { body: { id: RUN.id, responder: 'ada', repeated: false } } }, 'ack', RUN.id);
    expect(first).toMatchObject({ code: 0, out: 'ada is on it.\n' });
  });
});

describe('what is halted', () => {
  const halts = {
    halts: [
      {
        id: 'h-000001',
        scope: { kind: 'tool', value: 'kubernetes.scale' },
        undo: false,
        reason: 'it misbehaves \u001b[2J',
        by: { name: 'Grace' },
        at: '2026-11-21T10:15:30.000Z',
        gate: 'g-000009',
      },
    ],
  };

  test.each([
    ['gates', { 'GET /api/gates?state=open': { body: { gates: [GATE] } } }],
    ['runs', { 'GET /api/runs': { body: { runs: [RUN] } } }],
    ['reviews', { 'GET /api/gates?state=open': { body: { gates: [] } } }],
  ])('stands before %s, on standard error: the list stays a list', async (command, answers) => {
    const ended = await against({ ...answers, 'GET /api/halts': { body: halts } }, command);
    expect(ended.err).toMatch(/^HALTED tool kubernetes\.scale by Grace .*: it misbehaves ⟨U\+001B⟩\[2J/);
    expect(ended.out).not.toContain('HALTED');
    expect(ended.code).toBe(0);
  });

  test('does not stand in the way of a server that knows no halts', async () => {
    const ended = await against({ 'GET /api/runs': { body: { runs: [RUN] } } }, 'runs');
    expect(ended).toMatchObject({ code: 0, err: '' });
  });
});

describe('one approval', () => {
  const shown = async (change: object): Promise<string> =>
    (await against({ [`GET /api/gates/${GATE.id}`]: { body: { ...GATE, ...change } } }, 'gates', GATE.id)).out;

  test('says who must approve, who did and how strongly, why it is on hold, and how to do it by hand', async () => {
    const [option] = GATE.options;
    const text = await shown({
      state: 'frozen',
      frozen: 'everything halted by Grace: wrong \u001b[31mcluster',
      requirement: { needs: [{ count: 2, group: 'sre' }], selfApproval: false, stepUp: true },
      missing: ['1 of sre'],
      decisions: [
        {
          decision: 'approve',
          person: { id: 'local:ada', name: 'Ada' },
          strength: 'step-up',
          reason: null,
          at: RUN.createdAt,
        },
      ],
      evidence: [{ id: `blob:${'a'.repeat(64)}`, summary: 'logs' }],
      incidentOpen: true,
      emptyGroups: ['sre'],
      options: [
        { ...option, actions: option?.actions.map((action) => ({ ...action, command: 'kubectl rollout undo' })) },
      ],
    });
    for (const part of [
      'On hold  everything halted by Grace: wrong ⟨U+001B⟩[31mcluster. Nothing is approved',
      'Needs    2 of sre, not by who asked for it, each with their passkey',
      'Missing  1 of sre',
      'Nobody   sre has no members',
      'On it    nobody yet: belay ack r-7k2m9qxd',
      'Said     Ada (local:ada, with passkey) approved it at 2026-11-21 10:15:00 UTC',
      'Evidence logs blob:aaaaaaaa',
      'By hand  kubectl rollout undo',
      'Exactly  kubernetes.rollout_undo {"namespace":"shop"',
    ])
      expect(text).toContain(part);
  });

  test('that was edited says what takes its place', async () => {
    expect(await shown({ state: 'void', reason: 'Edited by ada', replacedBy: 'g-000002' })).toContain(
      'Next     g-000002 takes its place',
    );
  });

  test('of the authority’s own shows its question and its answers', async () => {
    const text = await shown({
      kind: 'doubt',
      plan: { diagnosis: 'Did r-1/1 happen?' },
      options: [{ id: 'happened', digest: DIGEST, title: 'It happened', actions: [], manual: 'doubt r-1/1' }],
    });
    expect(text).toMatch(/^Did r-1\/1 happen\?/);
    expect(text).toContain('Option happened: It happened');
  });
});

describe('show', () => {
  test('a run says what was found and on what evidence', async () => {
    const step = (kind: string, text: string) => ({ at: RUN.createdAt, kind, text, seq: 1 });
    const steps = [
      step('evidence.read', 'kubernetes.logs: 500s since 10:02'),
      step('plan.proposed', 'Revision 4 answers 500s (high confidence, rule-based, no model)'),
    ];
    const ended = await against({ [`GET /api/runs/${RUN.id}`]: { body: { ...RUN, steps } } }, 'show', RUN.id);
    expect(ended.out).toContain('Why      Revision 4 answers 500s (high confidence, rule-based, no model)');
    expect(ended.out).toContain('Evidence kubernetes.logs: 500s since 10:02');
  });

  test('a run, its steps, and how to go on', async () => {
    const ended = await against({ [`GET /api/runs/${RUN.id}`]: { body: RUN } }, 'show', RUN.id, '--steps');
    expect(ended.out).toContain('checkout answers errors  r-7k2m9qxd  waiting');
    expect(ended.out).toContain('2026-11-21 10:15:30  gate.opened        Asked for approval');
    expect(ended.out).toContain('belay approve g-7k2m9q');
  });

  test('a post-mortem is the Markdown of the server', async () => {
    const answers = {
      [`GET /api/runs/${RUN.id}/postmortem`]: { type: 'text/markdown', body: '# What happened\n\nA lot.\n' },
    };
    expect(await against(answers, 'show', RUN.id, '--postmortem')).toMatchObject({
      code: 0,
      out: '# What happened\n\nA lot.\n',
    });
  });

  test('a run that is not there ends with 1', async () => {
    expect(await against({}, 'show', 'r-00000000')).toMatchObject({
      code: 1,
      err: 'belay: Nothing is at /api/runs/r-00000000.\n',
    });
  });
});

test('watch prints each step, resumes after a broken stream where it was, and ends with the run', async () => {
  const event = (id: number, text: string): string =>
    `id: ${id}\nevent: step\ndata: ${JSON.stringify({ at: RUN.createdAt, kind: 'run.note', text })}\n\n`;
  let streams = 0;
  const ended = await against(
    {
      [`GET /api/runs/${RUN.id}/events`]: () => {
        streams += 1;
        return { type: 'text/event-stream', body: streams === 1 ? event(1, 'first') : event(2, 'second') };
      },
      [`GET /api/runs/${RUN.id}`]: () => ({
        body: streams < 2 ? RUN : { ...RUN, state: 'finished', outcome: 'fixed' },
      }),
    },
    'watch',
    RUN.id,
  );
  expect(ended.out.replaceAll(/^.*run\.note +/gm, '')).toBe(`first\nsecond\nRun ${RUN.id}: finished fixed\n`);
  const resumed = api?.requests
    .filter(({ path }) => path.endsWith('/events'))
    .map(({ headers }) => headers['last-event-id']);
  expect(resumed).toEqual([undefined, '1']);
});

describe('ledger verify', () => {
  const report = {
    ok: true,
    runs: 2,
    entries: 40,
    problems: [],
    caveats: ['Entries cut off the end show only against an outside copy.'],
  };
  test('a ledger that holds is 0, and says what the check cannot show', async () => {
    const ended = await against({ 'GET /api/ledger/verify': { body: report } }, 'ledger', 'verify');
    expect(ended).toMatchObject({
      code: 0,
      out: 'The ledger holds: 40 entries of 2 runs.\n  Entries cut off the end show only against an outside copy.\n',
    });
  });

  test('one that does not is 1, and each problem is named', async () => {
    const broken = { ...report, ok: false, problems: ['run r-1, entry 3: changed'] };
    const ended = await against({ 'GET /api/ledger/verify': { body: broken } }, 'ledger', 'verify');
    expect(ended).toMatchObject({ code: 1, out: expect.stringContaining('✗ run r-1, entry 3: changed') });
  });
});

test('cancel gives the reason on', async () => {
  const ended = await against(
    { [`POST /api/runs/${RUN.id}/cancel`]: { body: {} } },
    'cancel',
    RUN.id,
    '--reason',
    'wrong one',
  );
  expect(ended.code).toBe(0);
  expect(posted()).toEqual([{ reason: 'wrong one' }]);
});
