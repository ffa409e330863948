import { afterEach, describe, expect, test } from '@jest/globals';
import { html } from '../../src/api/pages/html.ts';
import type { Gate } from '../../src/domain/gate.ts';
import { gate, GATE, RUN, run, step } from './fake-doors.ts';
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
    const form = /<form([^>]*)>/.exec(page)?.[1]?.replaceAll(/\s+/g, ' ');
    expect(form).toContain(`data-gate="${GATE}" data-option="undo" data-digest="${gate.digest}"`);
  });

  test.each(['approved', 'denied', 'expired', 'void', 'executing', 'done', 'in-doubt', 'frozen'] as const)(
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
    expect((await open('/')).body).not.toContain('data-confirm');
    const serious: Gate = {
      ...gate,
      options: gate.options.map((option) => ({
        ...option,
        actions: option.actions.map((action) => ({ ...action, reversible: 'no' as const })),
      })),
    };
    const page = await (await signedIn({ gates: async () => [serious] })).open('/');
    expect(page.body).toContain('data-confirm=');
    expect(words(page.body)).toContain('cannot be undone');
  });

  test('tell the story of a run, with its postmortem', async () => {
    const { open } = await signedIn({ steps: async () => [step(1, 'Alert received'), step(2, 'Approved by ada')] });
    const { body } = await open(`/runs/${RUN}`);
    expect(words(body)).toMatch(/2026-01-02 03:04:05 UTC Alert received .*Approved by ada/);
    expect(body).toContain(`/api/runs/${RUN}/postmortem`);
    expect(body.replaceAll(/\s+/g, ' ')).toContain(`data-run="${RUN}" data-seen="2"`);
    const over = await signedIn({ run: async () => ({ ...run, state: 'finished', outcome: 'fixed' }) });
    expect((await over.open(`/runs/${RUN}`)).body).not.toContain('data-run');
  });

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
