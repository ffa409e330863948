import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Doors } from '../../src/authority/doors.ts';
import type { Gate } from '../../src/domain/gate.ts';
import { describeReal } from '../support/parts.ts';
import { startBrowser } from '../support/start-browser.ts';
import { DIGEST, gate, GATE, recordOf, run, RUN, step } from './fake-doors.ts';
import { closeAll, startApi } from './start-api.ts';

let chromium: Browser;

/** A browser that typed the one-time code, on the page it wanted to see. */
async function visit(path: string, doors: Partial<Doors> = {}) {
  let origin = '';
  const codes: string[] = [];
  const api = await startApi(
    {
      hosts: () => [new URL(origin).host],
      signIn: { announceCode: (code) => codes.push(code), secureCookie: false },
    },
    doors,
  );
  origin = await api.app.listen({ port: 0, host: '127.0.0.1' });
  const page: Page = await chromium.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(origin + path);
  await page.getByLabel('One-time code').fill(codes[0] ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(origin + path);
  return { ...api, page, complaints };
}

describeReal('in a real browser', ['browser'], () => {
  beforeAll(async () => void (chromium = await startBrowser()));
  afterAll(() => chromium.close());
  afterEach(closeAll);

  test('a person signs in, reads the approval, gives a reason and approves; the card then says who did', async () => {
    let now: Gate = gate;
    const { page, of, complaints } = await visit(`/runs/${RUN}`, {
      gates: async () => [now],
      decide: async (_, request, person) => {
        const record = { ...recordOf(person), reason: request.reason ?? null };
        now = { ...gate, state: 'approved', chosen: 'undo', missing: [], decisions: [record] };
        return { answer: 'recorded', record, complete: true, missing: [] };
      },
    });
    await page.getByLabel('Reason').fill('seen in Grafana');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('“seen in Grafana”').waitFor();
    expect(of('decide').map(({ args }) => args)).toEqual([
      [
        GATE,
        { decision: 'approve', digest: DIGEST, option: 'undo', reason: 'seen in Grafana' },
        { id: 'local:ada', name: 'ada', door: 'web' },
      ],
    ]);
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("a refusal is said in the authority's words, and the buttons work again", async () => {
    const message = 'This approval now has another digest; read it again.';
    const { page } = await visit('/', { decide: async () => ({ answer: 'refused', why: 'other-digest', message }) });
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText(message).waitFor();
    expect(await page.getByRole('button', { name: 'Deny' }).isEnabled()).toBe(true);
  });

  test('a new step brings the page up to date by itself', async () => {
    const steps = [step(1, 'Alert received')];
    const { page, complaints } = await visit(`/runs/${RUN}`, {
      run: async () => run,
      gates: async () => [],
      steps: async (_, after = 0) => steps.filter(({ seq }) => seq > after),
    });
    await page.getByText('Alert received').waitFor();
    steps.push(step(2, 'Rolled back'));
    await page.getByText('Rolled back').waitFor();
    expect(complaints).toEqual([]);
  });

  test('signing out shuts the door', async () => {
    const { page } = await visit('/');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/signin');
    await page.goto(new URL('/', page.url()).href);
    expect(new URL(page.url()).pathname).toBe('/signin');
  });

  test('the page fits a phone, without scrolling sideways', async () => {
    const { page } = await visit('/');
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
  });
});
