import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { getBlob } from '../../src/authority/blobs/blob-store.ts';
import { BlobRef } from '../../src/domain/blob.ts';
import { type AuthorityFixture, startAuthority } from '../support/authority-fixture.ts';
import { describeReal } from '../support/parts.ts';

describeReal('blobs', ['postgres'], () => {
  let belay: AuthorityFixture;
  beforeAll(async () => {
    belay = await startAuthority();
  });
  afterAll(() => belay.close());

  const put = (content: string, mediaType = 'text/plain') =>
    belay.authority.putBlob({ content, mediaType, summary: 'a summary' });
  const row = (id: string) => belay.db.selectFrom('blobs').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

  test('come back as they were stored, whatever text it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 2000 }), async (text) => {
        const ref = await put(text);
        expect(BlobRef.safeParse(ref).success).toBe(true);
        expect(ref.bytes).toBe(Buffer.byteLength(text));
        expect(await belay.authority.getBlob({ id: ref.id })).toEqual({ content: text });
        expect(await belay.doors.blob(ref.id)).toEqual({ content: text, mediaType: 'text/plain' });
      }),
      { numRuns: 40 },
    );
  });

  test('of equal content are one row, also when stored ten times at once; of another type they are another', async () => {
    const text = randomBytes(40).toString('hex');
    const refs = await Promise.all(Array.from({ length: 10 }, () => put(text)));
    expect(new Set(refs.map((ref) => ref.id)).size).toBe(1);
    expect((await put(text, 'application/json')).id).not.toBe(refs[0]?.id);
    expect((await put(`${text}.`)).id).not.toBe(refs[0]?.id);
  });

  test('show nothing in the table: neither their content, nor by their id that somebody guessed it', async () => {
    const secret = 'the database password is hunter2';
    const { id } = await put(secret);
    const stored = await row(id);
    expect(stored.content.includes('hunter2')).toBe(false);
    expect(stored.content.toString('base64')).not.toContain(Buffer.from(secret).toString('base64').slice(0, 20));
    const other = await startAuthority();
    try {
      const same = await other.authority.putBlob({ content: secret, mediaType: 'text/plain', summary: '' });
      expect(same.id).not.toBe(id);
    } finally {
      await other.close();
    }
  });

  test('that are not there are not found', async () => {
    const id = `blob:${'0'.repeat(64)}`;
    await expect(belay.authority.getBlob({ id })).rejects.toMatchObject({ type: 'stop.not-found' });
    expect(await belay.doors.blob(id)).toBeUndefined();
  });

  test('are not read with another key', async () => {
    const { id } = await put('one key only');
    await expect(getBlob({ ...belay.context, blobKey: randomBytes(32) }, id)).rejects.toThrow(
      'changed after it was stored',
    );
  });

  test.each<[string, (stored: Buffer) => { content?: Buffer; media_type?: string }]>([
    [
      'one bit of the content',
      (stored) => ({ content: Buffer.from(stored.map((byte, at) => (at === 20 ? byte ^ 1 : byte))) }),
    ],
    ['the end', (stored) => ({ content: stored.subarray(0, -1) })],
    ['everything but a few bytes', (stored) => ({ content: stored.subarray(0, 5) })],
    ['the media type', () => ({ media_type: 'text/html' })],
  ])('of which somebody changed %s in the table are not read', async (_, change) => {
    const { id } = await put(randomBytes(30).toString('hex'));
    await belay.db
      .updateTable('blobs')
      .set(change((await row(id)).content))
      .where('id', '=', id)
      .execute();
    await expect(belay.doors.blob(id)).rejects.toThrow(`${id} was changed after it was stored`);
  });

  test('exchanged with each other in the table are not read', async () => {
    const [one, two] = [await put(randomBytes(9).toString('hex')), await put(randomBytes(9).toString('hex'))];
    const { content } = await row(two.id);
    await belay.db.updateTable('blobs').set({ content }).where('id', '=', one.id).execute();
    await expect(belay.doors.blob(one.id)).rejects.toThrow('changed after it was stored');
  });

  test('over 4 MiB are refused with their size and the limit, and 4 MiB are not', async () => {
    await expect(put('x'.repeat(4 * 1024 * 1024 + 1))).rejects.toMatchObject({
      type: 'stop.invalid-input',
      message: expect.stringMatching(/content: 4194305 bytes.*4194304/),
    });
    expect(await put('x'.repeat(4 * 1024 * 1024))).toMatchObject({ bytes: 4_194_304 });
  });
});
