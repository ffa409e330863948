import { afterEach, describe, expect, test } from '@jest/globals';
import { html } from '../../src/api/pages/html.ts';
import type { Gate } from '../../src/domain/gate.ts';
import type { Halt } from '../../src/domain/halt.ts';
import { requirementSample } from '../support/samples.ts';
import { gate, GATE, recordOf, RUN, run, step } from './fake-doors.ts';
import { closeAll, startApi } from './start-api.ts';

afterEach(closeAll);

const PAGE = { accept: 'text/html' };
/** What a hostile label, log line or model might say. */
const EVIL = `"><script>alert(1)</script><img src=x onerror=alert(1)>' \u202egnp`;
/** A page's words, without its tags. */
const words = (page: string): string =>
  page
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll(/\s+/g, ' ');

async function signedIn(replaced: Parameters<typeof startApi>[1] = {}) {
  const api = await startApi({}, replaced);
  const { headers, csrf } = await api.browser();
  const open = async (url: string) => api.ask({ url, headers: { ...PAGE, ...headers } });
  return { ...api, open, csrf };
}

describe('the pages', () => {
  test('send a stranger to sign in, and back', async () => {
    const { ask } = await startApi();
    for (const url of ['/', `/runs/${RUN}`]) {
      const answer = await ask({ url, headers: PAGE });
      expect([answer.statusCode, answer.headers.location]).toEqual([303, `/signin?to=${encodeURIComponent(url)}`]);
    }
  });

  test('show of an open approval what the card in Slack shows', async () => {
    const { open } = await signedIn();
    const page = words((await open('/')).body);
    const [option] = gate.options;
    const [action] = option?.actions ?? [];
    for (const fact of [
      action?.sentence,
      action?.target.name,
      action?.undo,
      '3 pods',
      '-image: shop:4 +image: shop:3',
      action?.command,
      action?.digest,
      'rule-based, no model',
      'confidence high',
      gate.plan.diagnosis,
      'logs of checkout',
      'Needs 1 of approvers',
      'rule solo',
      'expires 2026-01-03 03:04:05 UTC',
      option?.digest.slice(0, 19),
    ])
      expect(page).toContain(fact);
  });

  test('bind each button to the digest of what stands above it', async () => {
    const { open } = await signedIn();
    const page = (await open('/')).body;
    const form = /<form class="decide"([^>]*)>/.exec(page)?.[1]?.replaceAll(/\s+/g, ' ');
    expect(form).toContain(`data-gate="${GATE}"`);
    const buttons = [...page.matchAll(/<button[^>]*data-decision="([^"]+)"[^>]*>/g)].map(([all, decision]) => ({
      decision,
      bound: all.replaceAll(/\s+/g, ' ').includes(`data-option="undo" data-digest="${gate.digest}"`),
    }));
    expect(buttons).toEqual([
      { decision: 'approve', bound: true },
      { decision: 'deny', bound: true },
      { decision: 'by-hand', bound: true },
    ]);
  });

  test.each(['approved', 'denied', 'expired', 'void', 'executing', 'done', 'in-doubt'] as const)(
    'have no button on an approval that is %s',
    async (state) => {
      const { open } = await signedIn({ gates: async () => [{ ...gate, state }] });
      const page = (await open(`/runs/${RUN}`)).body;
      expect(page).toContain(state);
      expect(page).not.toContain('data-decision');
    },
  );

  test('ask once more before what cannot be taken back', async () => {
    const { open } = await signedIn();
    const approve = /<button[^>]*data-decision="approve"[^>]*>/;
    expect(approve.exec((await open('/')).body)?.[0]).not.toContain('data-confirm');
    const serious: Gate = {
      ...gate,
      options: gate.options.map((option) => ({
        ...option,
        actions: option.actions.map((action) => ({ ...action, reversible: 'no' as const })),
      })),
    };
    const page = await (await signedIn({ gates: async () => [serious] })).open('/');
    expect(approve.exec(page.body)?.[0]).toContain('data-confirm=');
    expect(words(page.body)).toContain('cannot be undone');
  });

  test('tell the story of a run, with its postmortem', async () => {
    const { open } = await signedIn({ steps: async () => [step(1, 'Alert received'), step(2, 'Approved by ada')] });
    const { body } = await open(`/runs/${RUN}`);
    expect(words(body)).toMatch(/2026-01-02 03:04:05 UTC Alert received .*Approved by ada/);
    expect(body).toContain(`/api/runs/${RUN}/postmortem`);
    expect(body.replaceAll(/\s+/g, ' ')).toContain(`data-watch="${RUN}" data-seen="2"`);
    const over = await signedIn({ run: async () => ({ ...run, state: 'finished', outcome: 'fixed' }) });
    expect((await over.open(`/runs/${RUN}`)).body).not.toContain('data-watch');
  });

  const shown = async (change: Partial<Gate>): Promise<string> => {
    const { open } = await signedIn({ gate: async () => ({ ...gate, ...change }) });
    return (await open(`/gates/${GATE}`)).body;
  };
  const decisionsIn = (page: string): string[] =>
    [...page.matchAll(/data-decision="([^"]+)"/g)].map(([, decision = '']) => decision);

  test('say of an approval on hold who halted it and why, and leave only Deny', async () => {
    const page = await shown({ state: 'frozen', frozen: 'everything halted by grace: <b>wrong</b> cluster' });
    expect(words(page)).toContain('On hold: everything halted by grace: <b>wrong</b> cluster');
    expect(decisionsIn(page)).toEqual(['deny']);
    expect(page).not.toContain('data-edit');
  });

  test('ask to deny once, however many options there are', async () => {
    const [option] = gate.options;
    if (option === undefined) throw new Error('no option');
    const page = await shown({ options: [option, { ...option, id: 'other', recommended: false }] });
    expect(decisionsIn(page).filter((one) => one === 'deny')).toHaveLength(1);
    expect(decisionsIn(page).filter((one) => one === 'approve')).toHaveLength(2);
  });

  test('lead to the passkey where policy asks for one, and have no button that would be refused', async () => {
    const page = await shown({ requirement: { ...gate.requirement, stepUp: true } });
    expect(page).toContain(`href="/approve/${GATE}?option=undo"`);
    expect(decisionsIn(page)).not.toContain('approve');
  });

  test('name all groups that are needed, who approved as what and how, and what is missing', async () => {
    const record = recordOf({ id: 'oidc:https://id.example#ada', name: 'Ada', door: 'web' });
    const page = words(
      await shown({
        requirement: requirementSample({
          needs: [
            { count: 2, group: 'sre' },
            { count: 1, group: 'payments' },
          ],
          stepUp: true,
          escalate: [{ afterMs: 3_600_000, group: 'leads' }],
        }),
        missing: ['1 of sre', '1 of payments'],
        decisions: [{ ...record, strength: 'step-up' }],
        emptyGroups: ['payments'],
      }),
    );
    expect(page).toContain('Needs 2 of sre, 1 of payments');
    expect(page).toContain('still missing 1 of sre, 1 of payments');
    expect(page).toContain('not by who asked for it');
    expect(page).toContain('each with their passkey');
    expect(page).toContain('asks leads too at 2026-01-02 04:04:05 UTC');
    expect(page).toContain('(oidc:https://id.example#ada, web, approvers, with passkey)');
    expect(page).toContain('Nobody can approve this: payments has no members');
  });

  test('say what takes the place of an approval that was edited, and that another was forced or done by hand', async () => {
    const edited = await shown({ state: 'void', replacedBy: 'g-000002', reason: 'Edited by ada' });
    expect(edited).toContain('href="/gates/g-000002"');
    expect(words(await shown({ state: 'done', special: 'break-glass' }))).toContain('Forced by break-glass');
    expect(words(await shown({ state: 'done', special: 'by-hand' }))).toContain('Done by hand');
  });

  test.each([
    ['resume', 'Halted. May it go on?', ['approve', 'deny']],
    ['doubt', 'In doubt: did it happen?', ['approve']],
    ['review', 'Review what was forced', ['approve', 'deny']],
  ] as const)(
    'ask the authority’s own question (%s) shortly, with its own answers',
    async (kind, question, decisions) => {
      const [option] = gate.options;
      if (option === undefined) throw new Error('no option');
      const page = await shown({ kind, options: [{ ...option, title: 'It is right', actions: [] }] });
      expect(words(page)).toContain(question);
      expect(words(page)).toContain('It is right');
      expect(words(page)).not.toContain('confidence');
      expect(decisionsIn(page)).toEqual(decisions);
    },
  );

  test('colour a run by what came of it: only what went well is green', async () => {
    const tones: Record<string, string> = {};
    for (const outcome of ['fixed', 'not-fixed', 'inconclusive', 'denied', 'in-doubt'] as const) {
      const { open } = await signedIn({ run: async () => ({ ...run, state: 'finished', outcome }) });
      tones[outcome] = /class="state (\w+)"/.exec((await open(`/runs/${RUN}`)).body)?.[1] ?? '';
    }
    expect(tones).toEqual({
      fixed: 'good',
      'not-fixed': 'bad',
      inconclusive: 'wait',
      denied: 'flat',
      'in-doubt': 'bad',
    });
  });

  test('say on each of them what is halted, by whom, why and since when, and where to lift it', async () => {
    const halt: Halt = {
      id: 'h-000001',
      scope: { kind: 'tool', value: 'kubernetes.scale' },
      undo: true,
      reason: `it misbehaves ${EVIL}`,
      by: { id: 'local:grace', name: 'Grace', door: 'cli' },
      at: '2026-01-02T03:00:00.000Z',
      gate: 'g-000009',
      liftedAt: null,
    };
    const { open } = await signedIn({ halts: async () => [halt] });
    for (const url of ['/', `/runs/${RUN}`, `/gates/${GATE}`, '/gates/g-zzzzzz']) {
      const { body } = await open(url);
      expect(words(body)).toContain('tool kubernetes.scale halted by Grace : it misbehaves "><script>');
      expect(words(body)).toContain('since 2026-01-02 03:00:00 UTC');
      expect(body).toContain('href="/gates/g-000009"');
      expect(body).toContain('<title>HALTED · ');
      expect(body).toContain('<form data-halt>');
      expect(body).not.toMatch(/<script>alert/);
    }
  });

  test.each(['/nothing', '/runs/r-zzzzzzzz', '/gates/nope', '/api/nothing'])(
    'answer a browser that asks for %s with a page, and a program with a problem',
    async (url) => {
      const { open, asAda } = await signedIn();
      const page = await open(url);
      expect([page.statusCode, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
      expect(page.headers['content-security-policy']).toContain("default-src 'none'");
      const problem = await asAda({ url });
      expect([problem.statusCode, problem.headers['content-type']]).toEqual([
        404,
        expect.stringContaining('problem+json'),
      ]);
    },
  );

  test('show text from outside as text, with what it hides made visible', async () => {
    const evil: Gate = {
      ...gate,
      target: EVIL,
      runbook: EVIL,
      requester: EVIL,
      reason: EVIL,
      missing: [EVIL],
      proposedBy: { kind: 'model', model: EVIL, promptHash: 'p' },
      plan: { ...gate.plan, diagnosis: EVIL },
      evidence: gate.evidence.map((one) => ({ ...one, summary: EVIL })),
      options: gate.options.map((option) => ({
        ...option,
        title: EVIL,
        manual: EVIL,
        actions: option.actions.map((action) => ({ ...action, sentence: EVIL, diff: EVIL, command: EVIL, undo: EVIL })),
      })),
    };
    const evilRun = { ...run, target: EVIL, title: EVIL, summary: EVIL };
    const { open } = await signedIn({
      gates: async () => [evil],
      run: async () => evilRun,
      runs: async () => [evilRun],
      steps: async () => [step(1, EVIL)],
    });
    for (const url of ['/', `/runs/${RUN}`]) {
      const { body } = await open(url);
      expect(body).not.toMatch(/<script>|<img|onerror=alert\(1\)>|\u202e/);
      expect(words(body)).toContain('<script>alert(1)</script>');
      expect(body).toContain('⟨U+202E⟩');
    }
  });

  test('run nothing that is not ours: no inline script or style, and a policy that would stop both', async () => {
    const { open, ask } = await signedIn();
    for (const url of ['/', `/runs/${RUN}`]) {
      const { body, headers } = await open(url);
      expect(body).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?! src="\/app\.js")/);
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    }
    expect((await ask({ url: '/app.js' })).headers['content-type']).toContain('text/javascript');
    expect((await ask({ url: '/app.css' })).headers['content-type']).toContain('text/css');
  });

  test('hold no token', async () => {
    const { open, csrf } = await signedIn();
    const { body } = await open('/');
    for (const secret of Object.values(csrf)) expect(body).not.toContain(secret);
    expect(body).not.toContain('the-local-token');
  });
});

test('the template escapes every value, and only what it made itself is not', () => {
  expect(html`<p title="${EVIL}">${[html`<b>${'&'}</b>`, '<i>', 7, null, false]}</p>`.text).toBe(
    '<p title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&#39; ⟨U+202E⟩gnp"><b>&amp;</b>&lt;i&gt;7</p>',
  );
});
