import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { bindRun } from '../../src/authority/runs/bind.ts';
import { proofProblem } from '../../src/authority/stepup/proof-problem.ts';
import { SYSTEM_CHAIN } from '../../src/domain/ledger.ts';
import { optionOf } from '../support/authority-fixture.ts';
import {
  ada,
  type PasskeyAuthority,
  startPasskeyAuthority,
  stepUpBundle,
  terminal,
} from '../support/passkey-authority.ts';
import { openDevice, servePasskeys } from '../support/passkey-browser.ts';
import { describeReal } from '../support/parts.ts';
import { startBrowser } from '../support/start-browser.ts';
import { closeAll } from './start-api.ts';

describeReal('approving with a passkey in a real browser', ['browser', 'postgres'], () => {
  let chromium: Browser;
  let belay: PasskeyAuthority;
  let server: Awaited<ReturnType<typeof servePasskeys>>;
  let device: Awaited<ReturnType<typeof openDevice>>;
  beforeAll(async () => {
    [chromium, belay] = await Promise.all([startBrowser(), startPasskeyAuthority()]);
    server = await servePasskeys(belay);
    device = await openDevice(chromium);
  });
  afterAll(async () => {
    await chromium.close();
    await closeAll();
    await belay.close();
  });

  /** A run of an alert that fires, so that its gate could be forced. */
  async function incident() {
    const alert = {
      source: 'alertmanager',
      fingerprint: randomUUID(),
      group: randomUUID(),
      status: 'firing' as const,
      labels: { namespace: 'shop', deployment: `w-${randomUUID()}` },
      annotations: {},
      startsAt: belay.context.now().toISOString(),
      endsAt: null,
      generatorUrl: null,
    };
    const route = { runbook: 'remediation/bad-deploy', mode: 'propose' as const, input: {} };
    const [receipt] = await belay.doors.receiveAlerts([{ alert, route }]);
    const of = { run: receipt?.runId ?? '', execution: randomUUID() };
    await bindRun(belay.context, of.run, of.execution);
    await belay.authority.begin(of);
    const { id } = await belay.preview(of);
    const gate = await belay.openGate(of, [optionOf('rollback', [id])]);
    return { ...of, gate: gate.id };
  }
  const recordsOn = async (gate: string) => (await belay.doors.gate(gate))?.decisions ?? [];

  test('a code from the terminal makes a passkey, and the passkey alone signs in', async () => {
    const { page, complaints } = device;
    const { code } = belay.good(await belay.passkeys.newCode('ada', terminal));
    await page.goto(`${server.origin}/passkeys`);
    await page.getByLabel('Code').fill(code.toLowerCase());
    await page.getByLabel('Name').fill('laptop');
    await page.getByRole('button', { name: 'Make a passkey' }).click();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.waitForURL(`${server.origin}/passkeys`);
    await page.getByText('laptop').waitFor();
    expect(await belay.passkeys.list(ada)).toMatchObject([{ label: 'laptop', person: 'ada', site: 'localhost' }]);
    // Who is not signed in is asked who they are only after the page loaded.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });

  test('one option is confirmed; the page says what is on record, and the proof holds offline', async () => {
    const { page, complaints } = device;
    complaints.length = 0;
    const asked = await belay.ask();
    await page.goto(`${server.origin}/approve/${asked.gate}`);
    await page.getByRole('heading', { name: /Roll back deployment/ }).waitFor();
    await page.getByLabel('Reason').fill('seen in Grafana');
    await page.getByRole('button', { name: 'Approve with your passkey' }).click();
    await page.getByText('confirmed by passkey').waitFor();
    await page.getByText('Nothing more is needed').waitFor();
    const [record] = await recordsOn(asked.gate);
    expect(record).toMatchObject({
      decision: 'approve',
      strength: 'step-up',
      reason: 'seen in Grafana',
      person: { id: 'local:ada', door: 'web' },
    });
    if (!record) throw new Error('nothing was recorded');
    const [passkey] = (await belay.doors.ledger(SYSTEM_CHAIN)).filter(({ kind }) => kind === 'passkey.added');
    expect(await proofProblem(record, passkey?.body, belay.context.key)).toBeUndefined();
    expect(complaints).toEqual([]);
  });

  test('with two approvals asked, the page says who is still missing', async () => {
    const { page } = device;
    belay.become(stepUpBundle({ needs: [{ count: 2, group: 'approvers' }] }));
    const asked = await belay.ask();
    await page.goto(`${server.origin}/approve/${asked.gate}`);
    await page.getByRole('button', { name: 'Approve with your passkey' }).click();
    await page.getByText('Still missing: 1 of approvers').waitFor();
    belay.become(stepUpBundle());
  });

  test('a passkey that does not recognise its holder confirms nothing, and the buttons work again', async () => {
    const { page } = device;
    const asked = await belay.ask();
    await page.goto(`${server.origin}/approve/${asked.gate}`);
    await device.recognised(false);
    await page.getByRole('button', { name: 'Approve with your passkey' }).click();
    await page.getByText('No passkey answered. Nothing was recorded').waitFor();
    await device.recognised(true);
    expect(await recordsOn(asked.gate)).toEqual([]);
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('denied', { exact: false }).first().waitFor();
    expect(await recordsOn(asked.gate)).toMatchObject([{ decision: 'deny', strength: 'door' }]);
  });

  test('what is changed on its way, after the passkey confirmed it, is refused in words and not recorded', async () => {
    const { page } = device;
    const asked = await belay.ask();
    await page.goto(`${server.origin}/approve/${asked.gate}`);
    await page.route('**/decisions', async (route) => {
      const sent: object = route.request().postDataJSON();
      await route.continue({ postData: { ...sent, reason: 'put into their mouth' } });
    });
    await page.getByRole('button', { name: 'Approve with your passkey' }).click();
    await page.getByText('your passkey confirmed another reason').waitFor();
    await page.unroute('**/decisions');
    expect(await recordsOn(asked.gate)).toEqual([]);
  });

  test('break-glass stands apart, wants a reason, and is there only where policy names groups in an incident', async () => {
    const { page } = device;
    belay.become(stepUpBundle({ needs: [{ count: 2, group: 'approvers' }], breakGlass: ['approvers'] }));
    const [calm, burning] = [await belay.ask(), await incident()];
    await page.goto(`${server.origin}/approve/${calm.gate}`);
    await page.getByRole('button', { name: 'Approve with your passkey' }).waitFor();
    expect(await page.getByText('Break glass').count()).toBe(0);
    await page.goto(`${server.origin}/approve/${burning.gate}`);
    await page.getByText('Break glass').click();
    const force = page.getByRole('button', { name: 'Force it with your passkey' });
    await force.click();
    expect(await recordsOn(burning.gate)).toEqual([]);
    await page.getByLabel('Why it cannot wait').fill('shop is down');
    await force.click();
    await page.getByText('forced').first().waitFor();
    expect(await recordsOn(burning.gate)).toMatchObject([{ decision: 'break-glass', reason: 'shop is down' }]);
    expect((await belay.doors.gate(burning.gate))?.state).toBe('approved');
    belay.become(stepUpBundle());
  });

  test('under 127.0.0.1 the page says where passkeys work, and offers no button that cannot', async () => {
    const asked = await belay.ask();
    const other = await openDevice(chromium);
    const address = server.origin.replace('localhost', '127.0.0.1');
    await other.page.goto(`${address}/approve/${asked.gate}`);
    await other.page.getByLabel('One-time code').fill(await server.signInCode());
    await other.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    const link = other.page.getByRole('link', { name: `${server.origin}/approve/${asked.gate}` });
    await link.waitFor();
    expect(await other.page.getByRole('button', { name: /with your passkey/ }).count()).toBe(0);
    expect(await other.page.getByRole('button', { name: 'Deny' }).count()).toBe(1);
    await other.close();
  });

  test('a device that has one is not given a second: the page says so, and nothing is stored', async () => {
    const { page } = device;
    await page.goto(`${server.origin}/passkeys`);
    await page.locator('form[data-passkey-another]').getByLabel('Name').fill('phone');
    await page.getByRole('button', { name: 'Add another' }).click();
    await page.getByText('This device already has a passkey for you.').waitFor();
    expect(await belay.passkeys.list(ada)).toHaveLength(1);
  });

  test('the page fits a phone, without scrolling sideways', async () => {
    const { page } = device;
    const asked = await belay.ask();
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of [`/approve/${asked.gate}`, '/passkeys']) {
      await page.goto(server.origin + path);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    }
  });

  test('a revoked passkey signs nobody in, and the page no longer lists it', async () => {
    const { page } = device;
    await page.goto(`${server.origin}/passkeys`);
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('None yet.').waitFor();
    expect(await belay.passkeys.list(ada)).toEqual([]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('was revoked').waitFor();
  });
});
