import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type DataConverter, type Payload, type PayloadCodec, ValueError } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { PayloadKey } from './payload-keys.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

const ENCODING = 'binary/encrypted';
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Authenticated beside the content: a payload cannot be passed off as one of another key or another form. */
const aad = (keyId: string): Buffer => Buffer.from(`belay payload v1 ${keyId}`);

const text = (bytes: Uint8Array | null | undefined): string | undefined =>
  bytes ? Buffer.from(bytes).toString('utf8') : undefined;

function encrypt(payload: Payload, { id, secret }: PayloadKey): Payload {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, secret, iv, { authTagLength: TAG_BYTES }).setAAD(aad(id));
  const sealed = [cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()];
  return {
    metadata: {
      encoding: Buffer.from(ENCODING),
      'encryption-cipher': Buffer.from(CIPHER),
      'encryption-key-id': Buffer.from(id),
    },
    data: Buffer.concat([iv, ...sealed, cipher.getAuthTag()]),
  };
}

function decrypt({ metadata, data }: Payload, keys: ReadonlyMap<string, PayloadKey>): Payload {
  const id = text(metadata?.['encryption-key-id']) ?? '';
  const key = keys.get(id);
  if (!key)
    throw new ValueError(
      `A payload is encrypted with the key "${id}"; this process has ${[...keys.keys()].join(', ')}.`,
    );
  const bytes = Buffer.from(data ?? []);
  if (bytes.length < IV_BYTES + TAG_BYTES) throw new ValueError('An encrypted payload is cut short.');
  const decipher = createDecipheriv(CIPHER, key.secret, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(aad(id))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const plain = [decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
    return PayloadMessage.decode(Buffer.concat(plain));
  } catch (error) {
    throw new ValueError(
      `A payload that names the key "${id}" was changed, or was made with another key of that name.`,
      error,
    );
  }
}

/**
 * AES-256-GCM over whole payloads, metadata included; the first key encrypts, all decrypt. What is not encrypted passes
 * as it is: a signal that somebody sends by hand is Belay's to refuse, and must not stop the run it was sent to. An
 * encrypted payload that does not open is a `ValueError`.
 */
export function payloadCodec(keys: readonly PayloadKey[]): PayloadCodec {
  const [newest] = keys;
  if (!newest) throw new Error('A payload codec needs a key.');
  const byId = new Map(keys.map((key) => [key.id, key]));
  return {
    encode: async (payloads) => payloads.map((payload) => encrypt(payload, newest)),
    decode: async (payloads) =>
      payloads.map((payload) => (text(payload.metadata?.['encoding']) === ENCODING ? decrypt(payload, byId) : payload)),
  };
}

/** For the bundler, which has to know it too: a bundle made without it would leave failures of workflows readable. */
export const FAILURE_CONVERTER_PATH = fileURLToPath(new URL('failure-converter.cjs', import.meta.url));

/** What clients and workers of Temporal are given, so that no payload and no failure is readable there. */
export const encryptedConverter = (keys: readonly PayloadKey[]): DataConverter => ({
  payloadCodecs: [payloadCodec(keys)],
  failureConverterPath: FAILURE_CONVERTER_PATH,
});
