import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload, ValueError } from '@temporalio/common';
import * as fc from 'fast-check';
import { payloadCodec } from '../../../src/platform/temporal/payload-codec.ts';
import { parsePayloadKeys, type PayloadKey } from '../../../src/platform/temporal/payload-keys.ts';

const keyOf = (id: string): PayloadKey => ({ id, secret: randomBytes(32) });
const [a, b] = [keyOf('a'), keyOf('b')];
const sealed = async (value: unknown, ...keys: PayloadKey[]): Promise<Payload> => {
  const [payload] = await payloadCodec(keys).encode([defaultPayloadConverter.toPayload(value)]);
  if (!payload) throw new Error('no payload');
  return payload;
};
const opened = async (payload: Payload, ...keys: PayloadKey[]): Promise<unknown> => {
  const [plain] = await payloadCodec(keys).decode([payload]);
  return plain && defaultPayloadConverter.fromPayload(plain);
};
const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  Buffer.from(bytes).fill((bytes.at(at) ?? 0) ^ 1, at, at + 1);

describe('an encrypted payload', () => {
  test('opens to exactly what it was, whatever that is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.uint8Array()), async (value) => {
        const plain = await opened(await sealed(value, a), a);
        expect(plain instanceof Uint8Array ? Buffer.from(plain) : plain).toEqual(
          value instanceof Uint8Array ? Buffer.from(value) : JSON.parse(JSON.stringify(value)),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('shows neither its content nor what kind of content it is, and is another one each time', async () => {
    const [one, two] = [await sealed('the secret', a), await sealed('the secret', a)];
    const bytes = Buffer.concat([...Object.values(one.metadata ?? {}), one.data ?? Buffer.of()]);
    expect(bytes.includes('secret')).toBe(false);
    expect(bytes.includes('json/plain')).toBe(false);
    expect(one.data).not.toEqual(two.data);
  });

  test('is made with the first key and opened with any', async () => {
    const before = await sealed('x', a);
    expect(await opened(before, b, a)).toBe('x');
    const after = await sealed('x', b, a);
    await expect(opened(after, a)).rejects.toThrow('encrypted with the key "b"; this process has a');
  });

  test('does not open with another key of the same name', async () => {
    await expect(opened(await sealed('x', a), { ...b, id: 'a' })).rejects.toThrow(ValueError);
  });

  test('does not open when any of its bytes was changed, or some are missing', async () => {
    const payload = await sealed({ some: 'content' }, a);
    const data = payload.data ?? Buffer.of();
    for (let at = 0; at < data.length; at += 1)
      await expect(opened({ ...payload, data: flipped(data, at) }, a)).rejects.toThrow(ValueError);
    for (const length of [0, 11, 27, data.length - 1])
      await expect(opened({ ...payload, data: data.subarray(0, length) }, a)).rejects.toThrow(ValueError);
  });

  test('is not opened under the name of another key that is the same', async () => {
    const payload = await sealed('x', a);
    const metadata = { ...payload.metadata, 'encryption-key-id': Buffer.from('copy') };
    await expect(opened({ ...payload, metadata }, { ...a, id: 'copy' })).rejects.toThrow(ValueError);
  });
});

test('what was never encrypted passes, so that a signal sent by hand reaches its refusal', async () => {
  expect(await opened(defaultPayloadConverter.toPayload('by hand'), a)).toBe('by hand');
});

describe('a key file', () => {
  const good = randomBytes(32).toString('base64');

  test('gives its keys in order, without comments', () => {
    const keys = parsePayloadKeys(`# rotated on Monday\nnew ${good}\n\nold ${good}\n`, 'f');
    expect(keys.map((key) => [key.id, key.secret.length])).toEqual([
      ['new', 32],
      ['old', 32],
    ]);
  });

  test.each([
    ['', 'has no key in it'],
    ['# only words\n', 'has no key in it'],
    [good, 'line 1 is not'],
    [`k ${randomBytes(16).toString('base64')}`, 'line 1 is not'],
    [`k ${good}\nk ${good}`, 'has the key id "k" twice'],
    [`k ${good} more`, 'line 1 is not'],
  ])('that is wrong is refused by line, and never shown: %#', (text, problem) => {
    const parse = () => parsePayloadKeys(text, '/keys');
    expect(parse).toThrow(`BELAY_PAYLOAD_KEY_FILE: /keys ${problem}`);
    expect(parse).not.toThrow(good);
  });
});
