import { chromium, type Browser } from 'playwright-core';
import { requirePart } from './parts.ts';

/** Starts the system's Chromium without a window. It ends with `close()` or with this process. */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: requirePart('chromium'), headless: true });
}
