import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { proofProblem } from '../../src/authority/stepup/proof-problem.ts';
import { SYSTEM_CHAIN } from '../../src/domain/ledger.ts';
import { askMany } from '../support/ask-many.ts';
import { type PasskeyAuthority, startPasskeyAuthority, terminal } from '../support/passkey-authority.ts';
import { openDevice, servePasskeys } from '../support/passkey-browser.ts';
import { describeReal } from '../support/parts.ts';
import { startBrowser } from '../support/start-browser.ts';
import { closeAll } from './start-api.ts';

describeReal('approving many with a passkey in a real browser', ['browser', 'postgres'], () => {
  let chromium: Browser;
  let belay: PasskeyAuthority;
  let server: Awaited<ReturnType<typeof servePasskeys>>;
  let device: Awaited<ReturnType<typeof openDevice>>;
  beforeAll(async () => {
    [chromium, belay] = await Promise.all([startBrowser(), startPasskeyAuthority()]);
    server = await servePasskeys(belay);
    device = await openDevice(chromium);
    const { page } = device;
    const { code } = belay.good(await belay.passkeys.newCode('ada', terminal));
    await page.goto(`${server.origin}/passkeys`);
    await page.getByLabel('Code').fill(code);
    await page.getByLabel('Name').fill('laptop');
    await page.getByRole('button', { name: 'Make a passkey' }).click();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('laptop').waitFor();
  });
  afterAll(async () => {
    await chromium.close();
    await closeAll();
    await belay.close();
  });

  const ask = async () => await askMany(belay, await belay.startRun(), 12);
  const recordOn = async (gate: string) => (await belay.doors.gate(gate))?.decisions[0];

  test('the passkey signs exactly what is left: what was taken out on the table’s page goes along, and the proof holds offline', async () => {
    const { page, complaints } = device;
    complaints.length = 0;
    const { gate, items } = await ask();
    await page.goto(`${server.origin}/gates/${gate.id}`);
    await page.getByRole('checkbox', { name: items[2]?.title ?? '' }).check();
    await page.getByRole('link', { name: 'Approve 11 of 12 with passkey' }).click();
    await page.getByRole('checkbox', { name: items[7]?.title ?? '' }).check();
    await page.getByRole('button', { name: 'Approve 10 of 12 with your passkey' }).click();
    await page.getByText('confirmed by passkey, took out 2').waitFor();
    const record = await recordOn(gate.id);
    if (!record) throw new Error('nothing was recorded');
    const without = [items[2]?.action, items[7]?.action];
    expect(record).toMatchObject({ decision: 'approve', strength: 'step-up', without });
    const passkey = (await belay.doors.ledger(SYSTEM_CHAIN)).find(({ kind }) => kind === 'passkey.added')?.body;
    const { key } = belay.context;
    expect(await proofProblem(record, passkey, key)).toBeUndefined();
    const { without: _, ...all } = record;
    expect(await proofProblem(all, passkey, key)).toContain('other items taken out');
    const fewer = { ...record, without: record.without?.slice(1) ?? [] };
    expect(await proofProblem(fewer, passkey, key)).toContain('other items taken out');
    expect((await belay.doors.gate(gate.id))?.progress).toMatchObject({ takenOut: 2, waiting: 10, done: 0 });
    expect(complaints).toEqual([]);
  });

  test('an item that is put back or taken out on the way, after the passkey confirmed, is refused and not recorded', async () => {
    const { page } = device;
    const { gate, items } = await ask();
    await page.goto(`${server.origin}/approve/${gate.id}`);
    for (const without of [[], [items[0]?.action, items[1]?.action]]) {
      await page.getByRole('checkbox', { name: items[0]?.title ?? '' }).check();
      await page.route('**/decisions', async (route) => {
        const sent: object = route.request().postDataJSON();
        await route.continue({ postData: { ...sent, without } });
      });
      await page.getByRole('button', { name: 'Approve 11 of 12 with your passkey' }).click();
      await page.getByText('your passkey confirmed an approval with other items taken out').waitFor();
      await page.unroute('**/decisions');
      expect(await recordOn(gate.id)).toBeUndefined();
      await page.reload();
    }
  });
});
