import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import type { JsonObject } from '../../src/domain/json.ts';

const UP = 0x01;
const UV = 0x04;
const ATTESTED = 0x40;

const b64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url');
const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest();
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** What an authenticator may get wrong, or a thief may try. */
export interface Twist {
  readonly origin?: string;
  readonly rpId?: string;
  readonly userVerified?: boolean;
  readonly counter?: number;
  readonly challenge?: string;
  readonly userHandle?: string;
  readonly type?: string;
}

/** An ES256 authenticator in software with one discoverable passkey, which does as it is told, also wrongly. */
export function softwarePasskey(site = { id: 'localhost', origin: 'http://localhost:7420' }) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const id = randomBytes(16);
  let counter = 0;
  let user = '';

  const authData = (flags: number, twist: Twist, count: number, more = Buffer.alloc(0)) =>
    Buffer.concat([
      sha256(twist.rpId ?? site.id),
      Buffer.from([flags | (twist.userVerified === false ? 0 : UV)]),
      uint32(count),
      more,
    ]);
  const clientData = (type: string, challenge: string, twist: Twist) =>
    Buffer.from(
      JSON.stringify({
        type: twist.type ?? type,
        challenge: twist.challenge ?? challenge,
        origin: twist.origin ?? site.origin,
        crossOrigin: false,
      }),
    );
  const field = (options: JsonObject, name: string): string => {
    const value = options[name];
    if (typeof value !== 'string') throw new Error(`the options have no ${name}`);
    return value;
  };

  return {
    id: b64(id),
    /** `navigator.credentials.create`. */
    create(options: JsonObject, twist: Twist = {}): JsonObject {
      const { user: asked } = options;
      if (typeof asked === 'object' && asked !== null && !Array.isArray(asked)) user = field(asked, 'id');
      const cose = isoCBOR.encode(
        new Map<number, number | Uint8Array>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
          [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
        ]),
      );
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cose]);
      const attestationObject = isoCBOR.encode(
        new Map<string, string | Uint8Array | Map<string, string>>([
          ['fmt', 'none'],
          ['attStmt', new Map<string, string>()],
          ['authData', new Uint8Array(authData(UP | ATTESTED, twist, twist.counter ?? 0, attested))],
        ]),
      );
      return {
        id: b64(id),
        rawId: b64(id),
        type: 'public-key',
        response: {
          clientDataJSON: b64(clientData('webauthn.create', field(options, 'challenge'), twist)),
          attestationObject: b64(attestationObject),
          transports: ['internal'],
        },
        clientExtensionResults: {},
      };
    },
    /** `navigator.credentials.get`; counts up by itself. */
    get(options: JsonObject, twist: Twist = {}): JsonObject {
      counter = twist.counter ?? counter + 1;
      const client = clientData('webauthn.get', field(options, 'challenge'), twist);
      const auth = authData(UP, twist, counter);
      return {
        id: b64(id),
        rawId: b64(id),
        type: 'public-key',
        response: {
          clientDataJSON: b64(client),
          authenticatorData: b64(auth),
          signature: b64(sign('sha256', Buffer.concat([auth, sha256(client)]), privateKey)),
          userHandle: twist.userHandle ?? user,
        },
        clientExtensionResults: {},
      };
    },
  };
}

export type SoftwarePasskey = ReturnType<typeof softwarePasskey>;
