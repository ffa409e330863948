import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeReal } from '../../../support/parts.ts';
import { startBrowser } from '../../../support/start-browser.ts';
import { startOidcProvider, type RunningProvider } from '../../../support/start-oidc-provider.ts';
import { recordOf } from '../../fake-doors.ts';
import { closeAll, startApi } from '../../start-api.ts';

let chromium: Browser;
let provider: RunningProvider;

/** The whole server with its pages, whose people sign in at a real provider; `u1` is in the directory. */
async function startDoor() {
  let origin = '';
  const callback = () => `${origin}/signin/oidc/callback`;
  const identity = `oidc:${provider.issuer}#u1`;
  const api = await startApi(
    {
      hosts: () => [new URL(origin).host],
      signIn: {
        announceCode: () => undefined,
        secureCookie: false,
        oidc: { issuer: provider.issuer, clientId: 'belay', clientSecret: 's', callback, onProblem: () => undefined },
      },
    },
    {
      admit: async (who) =>
        who === identity
          ? { person: { id: identity, name: 'Ada' } }
          : { refused: `${who} is nobody in Belay's directory.` },
      decide: async (_, __, person) => ({ answer: 'recorded', record: recordOf(person), complete: true, missing: [] }),
    },
  );
  origin = await api.app.listen({ port: 0, host: '127.0.0.1' });
  provider.open([
    {
      client_id: 'belay',
      client_secret: 's',
      redirect_uris: [callback()],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ]);
  return { ...api, origin, identity };
}

/** From Belay's page to the provider's, through its two forms, and back. */
async function signIn(page: Page, login: string): Promise<void> {
  await page.getByRole('link', { name: 'Sign in with' }).click();
  await page.getByPlaceholder('Enter any login').fill(login);
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

describeReal('sign-in at a provider, in a real browser', ['browser'], () => {
  beforeAll(async () => {
    chromium = await startBrowser();
    provider = await startOidcProvider();
  });
  afterAll(async () => {
    await chromium.close();
    await provider.stop();
  });
  afterEach(closeAll);

  test('somebody of the directory ends on the page they wanted, and acts there as themselves', async () => {
    const { origin, of, identity } = await startDoor();
    const page = await (await chromium.newContext()).newPage();
    await page.goto(`${origin}/runs/r-00000001`);
    await signIn(page, 'u1');
    await page.waitForURL(`${origin}/runs/r-00000001`);
    const decided = page.waitForResponse((response) => response.url().endsWith('/decisions'));
    await page.getByRole('button', { name: 'Approve' }).first().click();
    await decided;
    expect(of('decide')[0]?.args[2]).toEqual({ id: identity, name: 'Ada', door: 'web' });
  });

  test('a stranger reads who they are here and that they are nobody, and sees nothing of Belay', async () => {
    const { origin, of } = await startDoor();
    const page = await (await chromium.newContext()).newPage();
    await page.goto(`${origin}/`);
    await signIn(page, 'u2');
    await page.getByRole('heading', { name: 'You are not in Belay’s directory' }).waitFor();
    expect(await page.textContent('main')).toContain(`oidc:${provider.issuer}#u2 is nobody`);
    await page.goto(`${origin}/`);
    await page.waitForURL(`${origin}/signin**`);
    expect(of('gates')).toEqual([]);
  });
});
