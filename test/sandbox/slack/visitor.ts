import { z } from 'zod';

import { CSRF_HEADER } from '../../../src/api/sign-in/sign-in.ts';
import { until } from '../../support/until.ts';
import type { SandboxSlack } from '../../../sandbox/slack/start-sandbox-slack.ts';

const Csrf = z.object({ token: z.string() });

/** What the sandbox's server answers to what the page posts. */
const Acted = z.looseObject({
  delivery: z.looseObject({ ok: z.boolean(), status: z.number().nullable(), said: z.string() }).optional(),
  errors: z.record(z.string(), z.string()).optional(),
  detail: z.string().optional(),
});

/** Someone at the page without a browser: signs in by a code, reads the page as a person, posts what its script posts. */
export async function visit(sandbox: SandboxSlack) {
  const signedIn = await fetch(`${sandbox.page}/signin`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: sandbox.newCode() }),
  });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const { token } = Csrf.parse(await (await fetch(`${sandbox.page}/signin/csrf`, { headers: { cookie } })).json());

  const page = async (as: string, query = '') =>
    await (await fetch(`${sandbox.page}/?as=${as}${query}`, { headers: { cookie, accept: 'text/html' } })).text();
  const act = async (path: string, content: object) => {
    const headers = { cookie, [CSRF_HEADER]: token, 'content-type': 'application/json' };
    const response = await fetch(`${sandbox.page}/act/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(content),
    });
    return { status: response.status, ...Acted.parse(await response.json()) };
  };
  const use = async (as: string, ts: string, action: string, kind = 'message', block = 'decide:g-4f7k2m') =>
    await act('use', { as, spot: { kind, id: ts }, control: { block, action }, state: {} });
  const modal = async (as: string) => /<dialog class="modal" data-key="(\w+)"/.exec(await page(as))?.[1] ?? '';
  /** Waits until a person's page shows this text, as the live page would by itself. */
  const sees = async (as: string, text: string, query = '') =>
    await until(`${as} sees "${text}"`, async () => (await page(as, query)).includes(text));
  /** Waits for a modal in front of a person; its view id. */
  const opened = async (as: string) =>
    await until(`${as} has a modal open`, async () => (await modal(as)) || undefined);
  return { cookie, page, act, use, modal, sees, opened };
}
