import * as oidc from 'openid-client';
import type { Attempt } from './attempts.ts';

/** An OpenID provider, and what it knows Belay as. */
export interface OidcSettings {
  /** Exactly as the provider spells itself. */
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: a public client, whose only proof is PKCE. */
  readonly clientSecret?: string | undefined;
  /** `<public address>/signin/oidc/callback`. Asked each time: a test's port is known only after listening. */
  readonly callback: () => string;
}

/** Whom the issuer says is at the browser. */
export interface SignedIn {
  /** `oidc:<issuer>#<subject>`, both as the issuer spells them. */
  readonly identity: string;
  /** For reading only. */
  readonly name: string;
}

export interface OidcClient {
  /** A fresh attempt and the address to send the browser to. */
  begin(to: string): Promise<{ attempt: Attempt; url: string }>;
  /** Trades the code of a callback for who it is. Rejects for anything that is not exactly right. */
  finish(search: string, attempt: Attempt): Promise<SignedIn>;
}

/** One request to the issuer may take so long; a person waits. Seconds. */
const PATIENCE = 10;

/**
 * Authorization code flow with PKCE, state and nonce; the ID token's signature is checked too, though it came by TLS.
 * The issuer is asked about itself at the first sign-in, so that Belay starts while it is down.
 */
export function oidcClient({ issuer, clientId, clientSecret, callback }: OidcSettings): OidcClient {
  const discover = async (): Promise<oidc.Configuration> => {
    const auth = clientSecret === undefined ? oidc.None() : oidc.ClientSecretBasic(clientSecret);
    const configuration = await oidc.discovery(new URL(issuer), clientId, undefined, auth, {
      timeout: PATIENCE,
      execute: [
        oidc.enableNonRepudiationChecks,
        // Configuration lets an issuer be plain http only on this machine.
        ...(issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : []),
      ],
    });
    if (configuration.serverMetadata().issuer !== issuer)
      throw new Error(`it calls itself ${configuration.serverMetadata().issuer}, not ${issuer}`);
    return configuration;
  };
  let found: Promise<oidc.Configuration> | undefined;
  const known = async (): Promise<oidc.Configuration> => {
    found ??= discover();
    try {
      return await found;
    } catch (error) {
      found = undefined;
      throw error;
    }
  };
  return {
    async begin(to) {
      const configuration = await known();
      const attempt = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
        to,
      };
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: callback(),
        scope: 'openid profile',
        response_type: 'code',
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(attempt.verifier),
        code_challenge_method: 'S256',
      });
      return { attempt, url: url.href };
    },
    async finish(search, attempt) {
      const here = new URL(callback());
      here.search = search;
      const tokens = await oidc.authorizationCodeGrant(await known(), here, {
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        pkceCodeVerifier: attempt.verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims || claims.iss !== issuer) throw new Error('the ID token is not of this issuer');
      const name = typeof claims['name'] === 'string' && claims['name'] !== '' ? claims['name'] : claims.sub;
      return { identity: `oidc:${claims.iss}#${claims.sub}`, name: name.slice(0, 200) };
    },
  };
}
