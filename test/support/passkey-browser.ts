import type { Browser, Page } from 'playwright-core';
import { AUTHORIZED, startApi } from '../api/start-api.ts';
import type { PasskeyAuthority } from './passkey-authority.ts';

/** The server on a real port over a real authority, under the name that passkeys want. */
export async function servePasskeys(belay: PasskeyAuthority) {
  let origin = '';
  const codes: string[] = [];
  const { app, faults } = await startApi(
    {
      hosts: () => [new URL(origin).host, new URL(origin).host.replace('localhost', '127.0.0.1')],
      signIn: { announceCode: (code) => codes.push(code), secureCookie: false },
    },
    belay.doors,
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  origin = `http://localhost:${typeof address === 'object' && address ? address.port : 0}`;
  belay.moveTo({ id: 'localhost', origin });
  /** A code that signs ada in. */
  const signInCode = async () => {
    await fetch(`${origin}/api/sign-in-codes`, { method: 'POST', headers: AUTHORIZED });
    return codes.at(-1) ?? '';
  };
  return { origin, signInCode, faults };
}

/** A browser of somebody's own, whose device has an authenticator that asks for nothing. */
export async function openDevice(chromium: Browser, options: Parameters<Browser['newContext']>[0] = {}) {
  const context = await chromium.newContext(options);
  const page: Page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    page,
    complaints,
    close: () => context.close(),
    /** Whether its finger, face or PIN is recognised from now on. */
    recognised: (isUserVerified: boolean) => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  };
}
