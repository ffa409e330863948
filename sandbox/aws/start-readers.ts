import { HttpRequest } from '@smithy/core/protocols';
import { everyMs } from '../every.ts';
import type { World } from './world.ts';
import { EXPORTS, FEED } from './worlds/buckets.ts';
import type { RoleReader } from './worlds/readers.ts';
import { SCRAPER } from './worlds/readers.ts';

/** Longer than any story. */
const SESSION_MS = 30 * 24 * 3_600_000;

const firstKey = (world: World, bucket: string): string | undefined =>
  world.buckets.get(bucket)?.objects.keys().next().value;

/** Reads one object of the feed, signed with a session of the reader's role, from the reader's address. */
async function readerByRole(world: World, endpoint: string, reader: RoleReader): Promise<() => Promise<void>> {
  // Loaded only when somebody is to read: it takes a while.
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const role = world.keyring.roles.get(`arn:aws:iam::${reader.account}:role/${reader.role}`);
  if (!role) throw new Error(`the sandbox has no role ${reader.role}`);
  const { id, secret, token } = world.keyring.openSession(role, reader.session, world.now() + SESSION_MS);
  const client = new S3Client({
    endpoint,
    region: world.buckets.get(FEED)?.region ?? 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: id, secretAccessKey: secret, ...(token && { sessionToken: token }) },
  });
  client.middlewareStack.add(
    (next) => (args) => {
      if (HttpRequest.isInstance(args.request)) args.request.headers['x-forwarded-for'] = reader.from;
      return next(args);
    },
    { step: 'build' },
  );
  return async () => {
    const answer = await client.send(new GetObjectCommand({ Bucket: FEED, Key: firstKey(world, FEED) }));
    await answer.Body?.transformToByteArray();
  };
}

async function scrape(world: World, endpoint: string): Promise<void> {
  const headers = { 'x-forwarded-for': SCRAPER.from, 'user-agent': SCRAPER.agent };
  await (await fetch(`${endpoint}/${EXPORTS}/${firstKey(world, EXPORTS)}`, { headers })).arrayBuffer();
}

/**
 * Lets the scraper and the reader by role come again and again once the buckets have been opened, over the wire as
 * everybody: what is refused to them shows in the access logs. Returns what ends that.
 */
export function startReaders(
  world: World,
  endpoint: string,
  reader: RoleReader,
  periodMs: number,
): () => Promise<void> {
  let read: (() => Promise<void>) | undefined;
  return everyMs(periodMs, async () => {
    if (world.buckets.get(EXPORTS)?.policy === undefined) return;
    read ??= await readerByRole(world, endpoint, reader);
    // To be refused is part of the story.
    await Promise.allSettled([scrape(world, endpoint), read()]);
  });
}
