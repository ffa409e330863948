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
  /** Beside `openid` and `profile`: what the issuer wants to be asked for before it tells of groups. */
  readonly scopes?: readonly string[];
}

/** Whom the issuer says is at the browser. */
export interface SignedIn {
  /** `oidc:<issuer>#<subject>`, both as the issuer spells them. */
  readonly identity: string;
  /** For reading only. */
  readonly name: string;
  /** What else the ID token says of them, as texts. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
}

export interface OidcClient {
  /** A fresh attempt and the address to send the browser to. */
  begin(to: string): Promise<{ attempt: Attempt; url: string }>;
  /** Trades the code of a callback for who it is. Rejects for anything that is not exactly right. */
  finish(search: string, attempt: Attempt): Promise<SignedIn>;
}

/** Of one claim; whoever is in more groups than that is told of by another claim. */
const MOST_VALUES = 1000;

/** Claims that are a text, or a list of them; a number and an object say nothing that a group is narrowed by. */
function textsOf(claims: object): SignedIn['claims'] {
  const texts = Object.entries(claims).flatMap(([name, value]: [string, unknown]) => {
    const all: unknown[] = Array.isArray(value) ? value.slice(0, MOST_VALUES) : [value];
    const kept = all.filter((one) => typeof one === 'string');
    return kept.length === 0 ? [] : [[name, kept] as const];
  });
  return Object.fromEntries(texts);
}

/** One request to the issuer may take so long; a person waits. Seconds. */
const PATIENCE = 10;

/**
 * Authorization code flow with PKCE, state and nonce; the ID token's signature is checked too, though it came by TLS.
 * The issuer is asked about itself at the first sign-in, so that Belay starts while it is down.
 */
export function oidcClient({ issuer, clientId, clientSecret, callback, scopes = [] }: OidcSettings): OidcClient {
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
        scope: ['openid', 'profile', ...scopes].join(' '),
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
      return { identity: `oidc:${claims.iss}#${claims.sub}`, name: name.slice(0, 200), claims: textsOf(claims) };
    },
  };
}
