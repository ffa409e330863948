import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Doors } from '../../src/authority/doors.ts';
import type { Gate } from '../../src/domain/gate.ts';
import {
  batchItemsSample,
  batchOptionSample,
  batchSample,
  listItemSample,
  listSample,
} from '../support/batch-sample.ts';
import { describeReal } from '../support/parts.ts';
import { startBrowser } from '../support/start-browser.ts';
import { gate, GATE, recordOf, run, RUN } from './fake-doors.ts';
import { closeAll, startApi } from './start-api.ts';

/** Set it to a folder to look at the pages. */
const PICTURES = process.env['BELAY_E2E_PICTURES'];
const PHONE = { width: 390, height: 844 };

const items = batchItemsSample(RUN, 600);
const option = batchOptionSample(batchSample(items));
const many: Gate = { ...gate, kind: 'batch', incidentOpen: false, digest: option.digest, options: [option] };

describeReal('many items in a real browser', ['browser'], () => {
  let chromium: Browser;
  beforeAll(async () => void (chromium = await startBrowser()));
  afterAll(() => chromium.close());
  afterEach(closeAll);

  /** A browser of somebody who is signed in, on the page they wanted to see. */
  async function visit(path: string, replaced: Partial<Doors> = {}) {
    let origin = '';
    let now = many;
    const codes: string[] = [];
    const api = await startApi(
      {
        hosts: () => [new URL(origin).host],
        signIn: { announceCode: (code) => codes.push(code), secureCookie: false },
      },
      {
        gate: async () => now,
        gates: async () => [now],
        batchItems: async (_, page = { after: 0, size: 5_000 }) =>
          items.filter(({ position }) => position > page.after).slice(0, page.size),
        decide: async (_, { without = [] }, person) => {
          const record = { ...recordOf(person), option: 'all', without };
          now = { ...many, state: 'approved', chosen: 'all', missing: [], decisions: [record] };
          return { answer: 'recorded', record, complete: true, missing: [] };
        },
        ...replaced,
      },
    );
    origin = await api.app.listen({ port: 0, host: '127.0.0.1' });
    const page: Page = await chromium.newPage();
    page.setDefaultTimeout(10_000);
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => void dialog.accept());
    await page.goto(origin + path);
    await page.getByLabel('One-time code').fill(codes[0] ?? '');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForURL(origin + path);
    return { ...api, page, complaints, origin };
  }
  const box = (page: Page, volume: number) =>
    page.getByRole('checkbox', { name: new RegExp(`volume vol-0a${String(volume).padStart(5, '0')} `) });
  const approve = (page: Page) => page.getByRole('button', { name: /^Approve/ });
  const decided = ({ of }: Awaited<ReturnType<typeof startApi>>) => of('decide').map(({ args }) => args[1]);

  async function photographed(page: Page, name: string): Promise<void> {
    if (PICTURES === undefined) return;
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: join(PICTURES, `${name}.png`), animations: 'disabled' });
  }

  test('three items checked on two pages are taken out by the same click that approves, and no others', async () => {
    const { page, complaints, ...api } = await visit(`/gates/${GATE}`);
    expect(await approve(page).innerText()).toBe('Approve all 600');
    await box(page, 3).check();
    await box(page, 4).check();
    await page.getByRole('link', { name: 'next' }).click();
    await page.getByText('101–200 of 600').waitFor();
    await box(page, 105).check();
    expect(await approve(page).innerText()).toBe('Approve 597 of 600');
    await page.getByText('3 taken out: volume vol-0a00003').waitFor();
    await photographed(page, 'table-desktop');
    await page.getByRole('link', { name: 'previous' }).click();
    await page.getByText('1–100 of 600').waitFor();
    expect([await box(page, 3).isChecked(), await box(page, 5).isChecked()]).toEqual([true, false]);
    await page.getByLabel('Reason').fill('the audit needs three');
    await approve(page).click();
    await page.getByText('took out 3').waitFor();
    expect(decided(api)).toEqual([
      {
        decision: 'approve',
        option: 'all',
        digest: option.digest,
        reason: 'the audit needs three',
        without: [`${RUN}/1003`, `${RUN}/1004`, `${RUN}/1105`],
      },
    ]);
    expect(complaints).toEqual([]);
  });

  test('what is put back is approved; what a search finds is taken out at once; a reload forgets nothing', async () => {
    const { page, complaints, ...api } = await visit(`/gates/${GATE}`);
    await box(page, 3).check();
    await page.getByLabel('Search').fill('prod nobody');
    await page.getByText('of 50 that have').waitFor();
    await page.getByRole('button', { name: 'Take out all 50' }).click();
    await page.getByRole('button', { name: 'Approve 549 of 600' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Approve 549 of 600' }).waitFor();
    await page.getByText('51 taken out').click();
    await page
      .getByRole('listitem')
      .filter({ hasText: 'vol-0a00003' })
      .getByRole('button', { name: 'put back' })
      .click();
    await page.getByRole('button', { name: 'Approve 550 of 600' }).click();
    await page.getByText('took out 50').waitFor();
    const [said] = decided(api);
    const found = items.filter(({ connection, owner }) => connection === 'prod' && owner === null);
    expect(said).toMatchObject({ without: found.map(({ action }) => action) });
    expect(complaints).toEqual([]);
  });

  test('with everything taken out there is nothing to approve; a denial takes nothing out', async () => {
    const { page, ...api } = await visit(`/gates/${GATE}`);
    await page.getByLabel('Search').fill('vol');
    await page.getByRole('button', { name: 'Take out all 600' }).click();
    await page.getByRole('button', { name: 'Approve 0 of 600' }).waitFor();
    expect(await approve(page).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('took out', { exact: false }).or(page.getByText('approved')).first().waitFor();
    expect(decided(api)).toEqual([{ decision: 'deny', option: 'all', digest: option.digest }]);
  });

  test('what was taken out of another approval is not taken out of this one', async () => {
    const { page } = await visit(`/gates/${GATE}`);
    await box(page, 3).check();
    await page.evaluate(
      'sessionStorage.setItem(Object.keys(sessionStorage)[0].replace(/.$/, \'x\'), \'[["r-1/1","x"]]\')',
    );
    await page.reload();
    await page.getByRole('button', { name: 'Approve 599 of 600' }).waitFor();
  });

  test('an owner keeps what they check, on whatever page, with why and until when', async () => {
    let kept: readonly string[] = [];
    const all = Array.from({ length: 150 }, (_, n) => listItemSample(RUN, n + 1));
    const { page, complaints, of } = await visit(`/runs/${RUN}/lists/found`, {
      run: async () => run,
      list: async () => ({
        list: listSample(RUN, 150),
        items: all.map((item) => (kept.includes(item.key) ? { ...item, kept: 'kept by ada until 2027-01-31' } : item)),
      }),
      keep: async (_, __, { keys }) => {
        kept = keys;
        return { answer: 'kept', count: keys.length, until: '2027-02-01T00:00:00.000Z' };
      },
    });
    expect(await page.getByRole('button', { name: 'Keep…' }).isDisabled()).toBe(true);
    await box(page, 2).check();
    await page.getByRole('link', { name: 'next' }).click();
    await box(page, 120).check();
    await page.getByLabel('Why').last().fill('the migration is not over');
    await page.getByLabel('Until').fill('2027-01-31');
    await photographed(page, 'keep-desktop');
    await page.getByRole('button', { name: 'Keep 2', exact: true }).click();
    await page.getByText('kept by ada until').first().waitFor();
    expect(of('keep').map(({ args }) => args.slice(0, 3))).toEqual([
      [RUN, 'found', { keys: [all[1]?.key, all[119]?.key], reason: 'the migration is not over', until: '2027-01-31' }],
    ]);
    expect(await page.getByRole('button', { name: 'Keep…' }).isDisabled()).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('the pages fit a phone, without scrolling sideways, and the button stays in reach', async () => {
    const { page, origin } = await visit(`/gates/${GATE}`);
    await page.setViewportSize(PHONE);
    for (const path of [`/gates/${GATE}`, `/approve/${GATE}`]) {
      await page.goto(origin + path);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      await page.evaluate('scrollTo(0, 1500)');
      const place = await approve(page).first().boundingBox();
      expect((place?.y ?? 999) + (place?.height ?? 0)).toBeLessThanOrEqual(PHONE.height);
      await photographed(page, `table-phone${path.startsWith('/approve') ? '-approve' : ''}`);
    }
  });
});
