import { everyMs } from './every.ts';
import { EXPORTS, FEED } from './worlds/buckets.ts';
import type { RoleReader } from './worlds/readers.ts';
import { SCRAPER } from './worlds/readers.ts';
import type { World } from './world.ts';

/** Long enough for any story. */
const SESSION_MS = 12 * 3_600_000;

/**
 * Lets the scraper and the reader by role come again and again, over the wire as everybody: what is refused to them shows in
 * the access logs. Returns what ends that.
 */
export async function startReaders(
  world: World,
  endpoint: string,
  reader: RoleReader,
  periodMs: number,
): Promise<() => Promise<void>> {
  // Loaded only when somebody is to read: it takes a while.
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const role = world.keyring.roles.get(`arn:aws:iam::${reader.account}:role/${reader.role}`);
  if (!role) throw new Error(`the sandbox has no role ${reader.role}`);
  const { id, secret, token } = world.keyring.openSession(role, reader.session, world.now() + SESSION_MS);
  const client = new S3Client({
    endpoint,
    region: world.buckets.get(FEED)?.region ?? 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: id, secretAccessKey: secret, ...(token && { sessionToken: token }) },
  });
  client.middlewareStack.add(
    (next) => (args) => {
      const { request } = args as { request: { headers: Record<string, string> } };
      request.headers['x-forwarded-for'] = reader.from;
      return next(args);
    },
    { step: 'build' },
  );
  const read = async (): Promise<void> => {
    const headers = { 'x-forwarded-for': SCRAPER.from, 'user-agent': SCRAPER.agent };
    const [scraped] = world.buckets.get(EXPORTS)?.objects.keys() ?? [];
    const [wanted] = world.buckets.get(FEED)?.objects.keys() ?? [];
    if (scraped !== undefined) await (await fetch(`${endpoint}/${EXPORTS}/${scraped}`, { headers })).arrayBuffer();
    if (wanted === undefined) return;
    const answer = await client.send(new GetObjectCommand({ Bucket: FEED, Key: wanted }));
    await answer.Body?.transformToByteArray();
  };
  // To be refused is part of the story.
  const stop = everyMs(periodMs, () => read().catch(() => undefined));
  return async () => {
    await stop();
    client.destroy();
  };
}
