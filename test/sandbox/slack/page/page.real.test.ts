import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';

import { type SandboxSlack, startSandboxSlack } from '../../../../sandbox/slack/start-sandbox-slack.ts';
import { describeReal } from '../../../support/parts.ts';
import { startBrowser } from '../../../support/start-browser.ts';
import { startStubBelay } from '../stub-belay.ts';

describeReal('the page in a browser', ['browser'], () => {
  let sandbox: SandboxSlack;
  let belay: Awaited<ReturnType<typeof startStubBelay>>;
  let browser: Browser;
  const complaints: string[] = [];

  beforeAll(async () => {
    let address = '';
    sandbox = await startSandboxSlack({ belay: () => address });
    belay = await startStubBelay(sandbox.env);
    address = belay.url;
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await belay?.stop();
    await sandbox?.stop();
  });

  async function open(as: string, viewport = { width: 1280, height: 900 }): Promise<Page> {
    const page = await (await browser.newContext({ viewport })).newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${sandbox.page}/?as=${as}`);
    await page.getByLabel('One-time code').fill(sandbox.newCode());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Message #ops, or /belay help').waitFor();
    return page;
  }

  test('a card appears by itself; Approve asks first, reaches Belay, and the card changes for everybody', async () => {
    const [ada, grace] = [await open('ada'), await open('grace', { width: 390, height: 844 })];
    expect(new URL(ada.url()).search).toBe('?as=ada');
    await belay.post();
    await ada.getByRole('button', { name: 'Approve' }).click();
    await ada.locator('dialog[open]').getByRole('button', { name: 'Not yet' }).click();
    expect(belay.heard.actions).toEqual([]);

    await grace.getByRole('button', { name: 'Approve' }).click();
    await grace.locator('dialog[open]').getByRole('button', { name: 'Approve' }).click();
    await ada.getByText('Approved by').waitFor();
    await grace.getByText('Approved by').waitFor();
    expect(belay.heard.actions).toMatchObject([{ user: { name: 'grace' }, actions: [{ action_id: 'approve' }] }]);
    expect(await ada.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  });

  test('on a phone nothing is wider than the screen', async () => {
    await belay.post();
    const page = await open('ada', { width: 390, height: 844 });
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    const fits: unknown = await page.evaluate(
      `[document.documentElement, ...document.querySelectorAll('.scroll')].every((box) => box.scrollWidth <= box.clientWidth)`,
    );
    expect(fits).toBe(true);
  });

  test("Deny opens a modal that shows Belay's objections beside the field", async () => {
    const page = await open('ada');
    await belay.post();
    await page.getByRole('button', { name: 'Deny…' }).last().click();
    const modal = page.getByRole('dialog', { name: 'Deny this plan' });
    await modal.getByLabel('Why not?').fill('no');
    await modal.getByRole('button', { name: 'Deny' }).click();
    await modal.getByText('at least five letters').waitFor();
    await modal.getByLabel('Why not?').fill('the wrong service');
    await modal.getByRole('button', { name: 'Deny' }).click();
    await modal.waitFor({ state: 'detached' });
    await page.getByText('the wrong service').waitFor();
  });

  test('a slash command is answered to that person; Belay gone is said, and the text is kept', async () => {
    const page = await open('guest-bob');
    const box = page.getByLabel('Message #ops, or /belay help');
    await box.fill('/belay runs');
    await box.press('Enter');
    await page.getByText('Two runs are open.').waitFor();
    await belay.stop();
    await box.fill('/belay gates');
    await box.press('Enter');
    await page.getByRole('status').getByText('Belay did not answer: connection refused').waitFor();
    expect(await box.inputValue()).toBe('/belay gates');
  });

  test('the content policy had nothing to refuse', () => {
    expect(complaints).toEqual([]);
  });
});
