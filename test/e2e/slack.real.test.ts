import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { describeReal } from '../support/parts.ts';
import { startBrowser } from '../support/start-browser.ts';
import { type BelayPlace, belayPlace, type BelayUp, belayUp, decisionOn } from './belay-up.ts';

const VIEWS = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const SLOWLY = { timeout: 90_000 };
/** Set it to a folder to look at the cards. */
const PICTURES = process.env['BELAY_E2E_PICTURES'];

describeReal('Belay and the Slack of the sandbox, in a browser', ['temporal', 'postgres', 'browser'], () => {
  let place: BelayPlace;
  let sandbox: Sandbox;
  let belay: BelayUp;
  let browser: Browser;
  let pages: { name: string; page: Page }[];
  beforeAll(async () => {
    place = await belayPlace();
    sandbox = await startSandbox({ webhook: `${place.url}/hooks/alertmanager`, slack: true });
    const env = { ...sandbox.slack?.env, KUBECONFIG: sandbox.kubeconfig, PROMETHEUS_URL: sandbox.prometheus };
    place = { ...place, env: { ...place.env, ...env } };
    belay = await belayUp(place);
    browser = await startBrowser();
    pages = [];
    for (const [name, viewport] of Object.entries(VIEWS)) pages.push({ name, page: await signedIn(viewport) });
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await belay?.end();
    await sandbox?.stop();
    place?.remove();
  }, 60_000);

  async function signedIn(viewport: { width: number; height: number }): Promise<Page> {
    const page = await (await browser.newContext({ viewport, deviceScaleFactor: 2 })).newPage();
    await page.goto(`${sandbox.slack?.page}/?as=ada`);
    await page.getByLabel('One-time code').fill(sandbox.slack?.newCode() ?? '');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Message #ops, or /belay help').waitFor();
    return page;
  }

  /** Cards have a headline; other messages may name a gate too. */
  const cardsOf = (page: Page, gate: string) =>
    page.locator('li.message').filter({ hasText: gate, has: page.locator('h3') });
  const cardOf = (page: Page, gate: string) => cardsOf(page, gate).first();

  async function photographed(gate: string, what: string): Promise<void> {
    if (PICTURES === undefined) return;
    mkdirSync(PICTURES, { recursive: true });
    for (const { name, page } of pages) {
      const card = cardOf(page, gate);
      const { height } = (await card.boundingBox()) ?? VIEWS.desktop;
      const width = page.viewportSize()?.width ?? 0;
      await page.setViewportSize({ width, height: Math.max(Math.ceil(height) + 300, 844) });
      await card.scrollIntoViewIfNeeded();
      await page.screenshot({ path: join(PICTURES, `${what}-${name}.png`), animations: 'disabled' });
    }
  }

  async function everyPage(gate: string, text: string | RegExp): Promise<void> {
    for (const { page } of pages) await cardOf(page, gate).getByText(text).first().waitFor(SLOWLY);
  }

  /** Words that end beyond the edge of the box they stand in, on any page. */
  async function cutOff(): Promise<unknown[]> {
    const each = await Promise.all(
      pages.map(({ page }) =>
        page.evaluate(
          `[...document.querySelectorAll('li.message .block *')]
            .filter((box) => box.getBoundingClientRect().right > document.documentElement.clientWidth)
            .map((box) => box.textContent.slice(0, 80))`,
        ),
      ),
    );
    return each.flat();
  }

  test('Approve there approves exactly that option, by that person; the card says decided, then what came of it', async () => {
    sandbox.breakStory('bad-deploy');
    const gate = await belay.openGate();
    const [first] = pages;
    if (first === undefined) throw new Error('no page is open');
    const card = cardOf(first.page, gate.id);
    await card.getByRole('button', { name: 'Approve' }).first().waitFor(SLOWLY);
    await everyPage(gate.id, 'Approval needed');
    expect(await cutOff()).toEqual([]);
    await photographed(gate.id, 'open');

    await card.getByRole('button', { name: 'Approve' }).first().click();
    await everyPage(gate.id, /Approved.* by/);
    expect(await card.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    expect(await belay.over(gate.run)).toMatchObject({ outcome: 'fixed' });
    await everyPage(gate.id, 'Done and verified');
    await photographed(gate.id, 'done');

    const decided = (await belay.ledger(gate.run)).filter(({ kind }) => kind === 'decision.recorded');
    expect(JSON.stringify(decided)).toMatch(/"slack:T\w+\/U\w+"/);
    expect(JSON.stringify(decided)).toContain(decisionOn(gate, 'approve').digest);
    for (const { page } of pages) expect(await cardsOf(page, gate.id).count()).toBe(1);
  }, 240_000);

  test('a denial through the API changes the card too, and takes its buttons away', async () => {
    sandbox.breakStory('bad-deploy');
    const gate = await belay.openGate();
    await everyPage(gate.id, 'Approval needed');
    const said = 'the fix is on its way through the pipeline';
    const answer = await belay.ask('POST', `/api/gates/${gate.id}/decisions`, decisionOn(gate, 'deny', said));
    expect(answer.status).toBe(200);
    await everyPage(gate.id, /Denied.* by/);
    await everyPage(gate.id, new RegExp(said));
    expect(await belay.over(gate.run)).toMatchObject({ outcome: 'denied' });
    for (const { page } of pages)
      expect(
        await cardOf(page, gate.id)
          .getByRole('button', { name: /Approve|Deny/ })
          .count(),
      ).toBe(0);
    expect(await cutOff()).toEqual([]);
    await photographed(gate.id, 'denied');
  }, 240_000);
});
