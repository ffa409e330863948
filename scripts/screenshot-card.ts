import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { z } from 'zod';
import { setStage, type Stage } from '../src/cli/demo/stage.ts';
import { GateList } from '../src/cli/views.ts';
import { palettePng } from './palette-png.ts';

/**
 * Takes the picture of the README: the card of a real approval that is open, on the sandbox's Slack page, as wide as a
 * phone. Needs Chromium on the PATH (or named by `CHROMIUM`).
 */
const file = join(import.meta.dirname, '..', 'docs', 'images', 'card.png');
const PHONE = { width: 390, height: 844 };
const MAX_BYTES = 150_000;

const Decoded = z.object({ width: z.number(), height: z.number(), rgba: z.string() });
/** Runs in the browser, which knows how to read a PNG. */
const DECODE = `async (base64) => {
  const picture = await createImageBitmap(await (await fetch('data:image/png;base64,' + base64)).blob());
  const { width, height } = picture;
  const canvas = new OffscreenCanvas(width, height).getContext('2d');
  canvas.drawImage(picture, 0, 0);
  const rgba = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(',')[1]);
    reader.readAsDataURL(new Blob([canvas.getImageData(0, 0, width, height).data]));
  });
  return { width, height, rgba };
}`;

const browserProgram = (): string =>
  process.env['CHROMIUM'] ??
  execFileSync('sh', ['-c', 'command -v chromium || command -v chromium-browser || command -v google-chrome'], {
    encoding: 'utf8',
  }).trim();

async function gateIsOpen({ client }: Stage): Promise<void> {
  const end = Date.now() + 120_000;
  while ((await client.get('/api/gates?state=open', GateList)).gates.length === 0) {
    if (Date.now() > end) throw new Error('no approval was asked for within two minutes');
    await sleep(500);
  }
}

/** Photographs the newest card of the channel as somebody without a mouse over it sees it. */
async function photograph(page: string, code: string): Promise<void> {
  const browser = await chromium.launch({ executablePath: browserProgram(), headless: true });
  try {
    const context = await browser.newContext({ viewport: PHONE, deviceScaleFactor: 2, colorScheme: 'light' });
    const tab = await context.newPage();
    await tab.goto(page);
    await tab.getByLabel('One-time code').fill(code);
    await tab.getByRole('button', { name: 'Sign in' }).click();
    const card = tab.locator('li.message').filter({ has: tab.getByRole('button', { name: 'Approve' }) });
    await card.last().waitFor();
    // The whole card at once: the channel scrolls inside its own box.
    const { height } = (await card.last().boundingBox()) ?? PHONE;
    await tab.setViewportSize({ width: PHONE.width, height: Math.ceil(height) + 300 });
    // Down to the first buttons, which is what a phone shows before it scrolls to the other options.
    const top = await card.last().boundingBox();
    const buttons = await tab.getByRole('button', { name: 'Deny' }).last().boundingBox();
    if (top === null || buttons === null) throw new Error('the card is not on the page');
    const bottom = buttons.y + buttons.height + 6;
    const clip = { x: 0, y: top.y, width: PHONE.width, height: bottom - top.y };
    const picture = await tab.screenshot({ animations: 'disabled', clip });
    const decoded = Decoded.parse(
      await (await context.newPage()).evaluate(`(${DECODE})(${JSON.stringify(picture.toString('base64'))})`),
    );
    writeFileSync(file, palettePng(Buffer.from(decoded.rgba, 'base64'), decoded.width, decoded.height));
  } finally {
    await browser.close();
  }
}

mkdirSync(dirname(file), { recursive: true });
const stage = await setStage((line) => console.error(line));
try {
  await stage.breakIt();
  await gateIsOpen(stage);
  if (stage.slackPage === undefined || stage.slackCode === undefined) throw new Error('the sandbox has no Slack page');
  await photograph(stage.slackPage, stage.slackCode);
  const { size } = statSync(file);
  if (size > MAX_BYTES) throw new Error(`the picture has ${size} bytes; ${MAX_BYTES} is the most a README should load`);
  console.log(`${file}: ${size} bytes`);
} finally {
  await stage.close();
}
