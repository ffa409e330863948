import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { type ClientMetadata, type Configuration, Provider } from 'oidc-provider';
import { portOf } from './free-ports.ts';

/** What of an ID token a test may change before it is signed, with the provider's own key unless told otherwise. */
export interface Forgery {
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Keeps the signature of what was changed. */
  readonly keepSignature?: boolean;
}

/** A real OpenID provider on a socket of loopback: its pages take any login, which becomes the subject. */
export interface RunningProvider {
  readonly issuer: string;
  /** Opens for these clients; before that it answers nothing. */
  open(clients: readonly ClientMetadata[]): void;
  /** Changes each ID token that leaves from now on. */
  forge(forgery: Forgery | undefined): void;
  stop(): Promise<void>;
}

const NAMES: Readonly<Record<string, string>> = { u1: 'Ada Lovelace', u2: 'Grace Hopper' };

/** The provider warns of what makes it a provider for tests; nobody who reads the output of tests needs to know. */
function quietly(issuer: string, configuration: Configuration): Provider {
  const { warn, info } = console;
  Object.assign(console, { warn: () => undefined, info: () => undefined });
  try {
    return new Provider(issuer, configuration);
  } finally {
    Object.assign(console, { warn, info });
  }
}

export async function startOidcProvider(): Promise<RunningProvider> {
  let answer: RequestListener = (_, response) => void response.writeHead(503).end();
  let forgery: Forgery | undefined;
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const issuer = `http://127.0.0.1:${portOf(server)}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' };

  const forged = (idToken: string, { claims = {}, keepSignature = false }: Forgery): string => {
    const [head = '', body = '', signature = ''] = idToken.split('.');
    const said: object = JSON.parse(Buffer.from(body, 'base64url').toString());
    const changed = `${head}.${Buffer.from(JSON.stringify({ ...said, ...claims })).toString('base64url')}`;
    const own = sign('sha256', Buffer.from(changed), createPrivateKey({ key: jwk, format: 'jwk' }));
    return `${changed}.${keepSignature ? signature : own.toString('base64url')}`;
  };

  return {
    issuer,
    open(clients) {
      const provider = quietly(issuer, {
        clients: [...clients],
        jwks: { keys: [jwk] },
        ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
        cookies: { keys: ['of this test'] },
        // As Okta, Entra and Google do it: what the scope asks for is in the ID token.
        conformIdTokenClaims: false,
        claims: { openid: ['sub'], profile: ['name'], groups: ['groups', 'level'] },
        findAccount: (_, sub) => ({
          accountId: sub,
          claims: () => ({
            sub,
            ...(NAMES[sub] === undefined ? {} : { name: NAMES[sub] }),
            ...(sub === 'u1' ? { groups: ['on-call', 'sre'], level: 3 } : {}),
          }),
        }),
      });
      provider.use(async (context, next) => {
        await next();
        const body: unknown = context.body;
        if (!forgery || typeof body !== 'object' || body === null || !('id_token' in body)) return;
        context.body = { ...body, id_token: forged(String(body.id_token), forgery) };
      });
      const handle = provider.callback();
      answer = (request, response) => void handle(request, response);
    },
    forge(next) {
      forgery = next;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
