import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { BlobRef } from '../../domain/blob.ts';
import { Failure } from '../../domain/failure.ts';
import type { AuthorityContext } from '../context.ts';
import { blobKeys } from './blob-keys.ts';

const MAX_BYTES = 4 * 1024 * 1024;

const idOf = (key: Buffer, mediaType: string, content: Buffer): string =>
  `blob:${createHmac('sha256', key).update(mediaType).update('\0').update(content).digest('hex')}`;

/** Stores content once, encrypted (AES-256-GCM) and named by a keyed hash of it. Over 4 MiB is `stop.invalid-input`. */
export async function putBlob(
  { db, blobKey, now }: AuthorityContext,
  { content, mediaType, summary }: { content: string; mediaType: string; summary: string },
): Promise<BlobRef> {
  const bytes = Buffer.from(content);
  if (bytes.length > MAX_BYTES)
    throw new Failure(
      'stop.invalid-input',
      `content: ${bytes.length} bytes is over the limit of ${MAX_BYTES}; cap it before storing it`,
    );
  const keys = blobKeys(blobKey);
  const id = idOf(keys.name, mediaType, bytes);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keys.content, iv).setAAD(Buffer.from(id));
  const sealed = Buffer.concat([iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  await db
    .insertInto('blobs')
    .values({ id, media_type: mediaType, bytes: bytes.length, content: sealed, created_at: now() })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  return { id, bytes: bytes.length, mediaType, summary };
}

/** The content of a blob; undefined when there is none. A changed row, of its media type too, and another key throw. */
export async function getBlob(
  { db, blobKey }: AuthorityContext,
  id: string,
): Promise<{ content: string; mediaType: string } | undefined> {
  const row = await db.selectFrom('blobs').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) return undefined;
  const keys = blobKeys(blobKey);
  try {
    const decipher = createDecipheriv('aes-256-gcm', keys.content, row.content.subarray(0, 12))
      .setAAD(Buffer.from(id))
      .setAuthTag(row.content.subarray(-16));
    const content = Buffer.concat([decipher.update(row.content.subarray(12, -16)), decipher.final()]);
    if (idOf(keys.name, row.media_type, content) !== id) throw new Error('the content is of another id');
    return { content: content.toString(), mediaType: row.media_type };
  } catch (error) {
    throw new Error(`${id} was changed after it was stored, or the key is another`, { cause: error });
  }
}
