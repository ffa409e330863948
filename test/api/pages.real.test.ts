import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Doors } from '../../src/authority/doors.ts';
import type { Gate } from '../../src/domain/gate.ts';
import { describeReal } from '../support/parts.ts';
import { startBrowser } from '../support/start-browser.ts';
import type { Halt } from '../../src/domain/halt.ts';
import { DIGEST, gate, GATE, manifest, recordOf, run, RUN, step } from './fake-doors.ts';
import { closeAll, startApi } from './start-api.ts';

let chromium: Browser;

/** A tool whose arguments can be edited, as the manifest has it. */
const editable: (typeof manifest)['tools'][number] = {
  name: 'kubernetes.rollout_undo',
  title: 'Undo a rollout',
  description: 'Rolls back a deployment.',
  risk: 'write',
  reversible: 'yes',
  safeToRepeat: 'compare-and-set',
  timeoutMs: 30_000,
  schemaHash: DIGEST,
  inputSchema: {
    type: 'object',
    properties: { namespace: { type: 'string' }, name: { type: 'string' }, revision: { type: 'integer' } },
    required: ['namespace', 'name', 'revision'],
  },
};

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
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
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
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByText('“seen in Grafana”').waitFor();
    expect(of('decide').map(({ args }) => args)).toEqual([
      [
        GATE,
        { decision: 'approve', digest: DIGEST, option: 'undo', reason: 'seen in Grafana' },
        { id: 'local:ada', name: 'ada', door: 'web' },
      ],
    ]);
    expect(await page.getByRole('button', { name: 'Approve', exact: true }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("a refusal is said in the authority's words, and the buttons work again", async () => {
    const message = 'This approval now has another digest; read it again.';
    const { page } = await visit('/', { decide: async () => ({ answer: 'refused', why: 'other-digest', message }) });
    await page.getByRole('button', { name: 'Deny', exact: true }).click();
    await page.getByText(message).waitFor();
    expect(await page.getByRole('button', { name: 'Deny', exact: true }).isEnabled()).toBe(true);
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

  test('an edit is read by its schema, objections stand at their fields, and the new approval opens', async () => {
    const next = 'g-000002';
    const { page, of, complaints } = await visit(`/gates/${GATE}`, {
      manifest: { ...manifest, tools: [editable] },
      gate: async (id) => ({ ...gate, id }),
      decide: async (_, request, person) =>
        request.args?.['revision'] === 2
          ? { answer: 'revised', record: recordOf(person), gate: next }
          : { answer: 'refused', why: 'invalid', message: 'args.revision must be < 4; args.name is unknown there' },
    });
    await page.getByText('Edit…').click();
    const revision = page.getByLabel('revision');
    expect(await revision.inputValue()).toBe('3');
    await revision.fill('two');
    await page.getByRole('button', { name: 'Ask with these' }).click();
    await page.getByText('is no number').waitFor();
    expect(of('decide')).toEqual([]);
    await revision.fill('5');
    await page.getByRole('button', { name: 'Ask with these' }).click();
    await page.getByText('must be < 4').waitFor();
    await page.getByText('is unknown there').waitFor();
    await revision.fill('2');
    await page.getByRole('button', { name: 'Ask with these' }).click();
    await page.waitForURL(`**/gates/${next}`);
    expect(of('decide').map(({ args }) => args[1])).toEqual(
      [5, 2].map((to) => ({
        decision: 'edit',
        digest: DIGEST,
        option: 'undo',
        action: 0,
        args: { namespace: 'shop', name: 'checkout', revision: to },
      })),
    );
    expect(complaints.filter((one) => !one.includes('422'))).toEqual([]);
  });

  test('halting needs a reason, and then stands on top of every page', async () => {
    let halts: Halt[] = [];
    const { page, of } = await visit('/', {
      halts: async () => halts,
      halt: async ({ scope, reason, undo }, by) => {
        const at = '2026-01-02T03:04:05.000Z';
        const halt = { id: 'h-000001', scope, reason, undo, by, at, gate: 'g-000009', liftedAt: null };
        halts = [halt];
        return { answer: 'halted', halt, again: false };
      },
    });
    await page.getByText('Halt…').click();
    await page.getByRole('button', { name: 'Halt', exact: true }).click();
    expect(of('halt')).toEqual([]);
    await page.getByLabel('What to halt').selectOption('tool');
    await page.getByLabel('Which').fill('kubernetes.scale');
    await page.getByLabel('Why', { exact: true }).fill('it misbehaves');
    await page.getByRole('button', { name: 'Halt', exact: true }).click();
    await page.getByRole('alert').getByText('tool kubernetes.scale').waitFor();
    expect(of('halt').map(({ args }) => args[0])).toEqual([
      { scope: { kind: 'tool', value: 'kubernetes.scale' }, reason: 'it misbehaves', undo: false },
    ]);
  });

  test('signing out shuts the door', async () => {
    const { page } = await visit('/');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/signin');
    await page.goto(new URL('/', page.url()).href);
    expect(new URL(page.url()).pathname).toBe('/signin');
  });

  test('the page fits a phone, without scrolling sideways, and no column of a run is left out', async () => {
    const { page } = await visit('/');
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    for (const cell of await page.locator('tbody td').all()) {
      const box = await cell.boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(390);
    }
  });
});
