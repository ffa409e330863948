import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import type { ListItem } from '../../domain/list-item.ts';
import { Failure } from '../../domain/failure.ts';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { logPlace, readLog } from './access-log.ts';
import { bucketTags } from './bucket.ts';
import type { AwsClient } from './client.ts';
import { readExposure } from './exposure.ts';
import { ListName, type Listed, listed, Names, someOf } from './listed.ts';
import { type Reader, readersOf } from './readers.ts';
import { sideBySide } from './side-by-side.ts';
import { policyTags, tagNamed } from './tags.ts';
import { nameOf } from './target.ts';

const DAY_MS = 86_400_000;
const WIDTH = 4;
const MOST_READERS = 4;
/** An item's facts are at most 2 KiB, and a finding may take most of them. */
const MOST_BYTES = 2 * 1024;
const MOST_REASONS = 4;
const Count = z.number().int().nonnegative();

/** `aws.public_buckets`: which buckets of a list are public now, and who reads them. */
export const publicBuckets = defineTool({
  name: 'aws.public_buckets',
  title: 'Buckets that are public',
  description:
    'Looks at each bucket of a list as it is now: whether it is public, why, and by a sample of its access log who read it in ' +
    'the last days, anonymous or not. Those that are public are items that propose aws.s3_block_public_access.',
  risk: 'read',
  input: z.strictObject({
    list: ListName,
    days: z.int().min(1).max(30).default(7).describe('How far back the access log is read'),
  }),
  facts: z.object({
    looked: Count,
    count: Count,
    /** Of the public ones: without an access log, and read by somebody who did not say who they are. */
    withoutLog: Count,
    readAnonymously: Count,
    notPublic: Names,
    gone: Names,
  }),
  timeout: '5m',
  async read({ list, days }, context: ToolContext<AwsClient>) {
    const all = await listed(list, 'bucket', context);
    const since = new Date(context.now().getTime() - days * DAY_MS);
    const seen = await sideBySide(all, WIDTH, async (one) => await lookAt(one, since, context));
    const found = seen.flatMap(({ item }) => item ?? []);
    const named = (state: Seen['state']): string[] =>
      seen.filter((each) => each.state === state).map(({ name }) => name);
    const open = seen.filter(({ state }) => state === 'public');
    const facts = {
      looked: seen.length,
      count: found.length,
      withoutLog: open.filter(({ logging }) => !logging).length,
      readAnonymously: open.filter(({ anonymous }) => anonymous).length,
      notPublic: someOf(named('not-public')),
      gone: someOf(named('gone')),
    };
    return {
      facts,
      items: found,
      content: seen.map(({ name, words }) => `${name}  ${words}`).join('\n') || 'no buckets',
      summary: `${found.length} of ${seen.length} buckets are public, ${facts.withoutLog} of them without an access log`,
    };
  },
});

interface Seen {
  readonly name: string;
  readonly state: 'public' | 'not-public' | 'gone';
  readonly words: string;
  readonly logging: boolean;
  readonly anonymous: boolean;
  readonly item?: Omit<ListItem, 'connection'>;
}

async function lookAt(one: Listed, since: Date, { client, signal, now }: ToolContext<AwsClient>): Promise<Seen> {
  const { account, region, id: bucket } = one;
  const nothing = { name: nameOf(one), logging: false, anonymous: false };
  const exposure = await readExposure(client, region, bucket, signal).catch((error: unknown) => {
    if (error instanceof Failure && error.type === 'stop.not-found') return null;
    throw error;
  });
  if (exposure === null) return { ...nothing, state: 'gone', words: 'is gone' };
  if (exposure.reasons.length === 0) return { ...nothing, state: 'not-public', words: 'is not public' };
  const place = await logPlace(client, { account, region, bucket }, signal);
  const sample = place && (await readLog(client, region, place, { bucket, since, until: now() }, signal));
  const readers = readersOf(sample?.records ?? []).filter(({ served }) => served > 0);
  const tags = await bucketTags(client, region, bucket, signal);
  const anonymousReaders = readers.filter(({ anonymous }) => anonymous).length;
  const { finding } = one.item.facts;
  const facts = fitting(
    {
      bucket,
      region,
      public: exposure.reasons.slice(0, MOST_REASONS),
      readerCount: readers.length,
      anonymousReaders,
      logging: place !== null,
      tags: policyTags(tags),
    },
    readers.slice(0, MOST_READERS),
    finding === undefined ? {} : { finding },
  );
  return {
    ...nothing,
    state: 'public',
    words: `public: ${exposure.reasons.join('; ')}; ${place === null ? 'no access log' : `${readers.length} readers: ${readers.map(({ who, lastAt }) => `${who} (${lastAt})`).join(', ')}`}`,
    logging: place !== null,
    anonymous: anonymousReaders > 0,
    item: {
      key: one.item.key,
      title: `${nameOf(one)}: ${exposure.reasons.join('; ')}`.slice(0, 300),
      owner: tagNamed(tags, client.ownerTags) ?? one.item.owner,
      money: null,
      facts,
      action: { tool: 'aws.s3_block_public_access', args: { region, bucket } },
    },
  };
}

/** As many readers as fit beside the finding; a finding that leaves no room at all stays behind, and that is said. */
function fitting(seen: JsonObject, readers: readonly Reader[], finding: JsonObject): JsonObject {
  for (let most = readers.length; most >= 0; most -= 1) {
    const facts = { ...seen, readers: readers.slice(0, most), ...finding };
    if (Buffer.byteLength(JSON.stringify(facts)) <= MOST_BYTES) return facts;
  }
  return { ...seen, readers: [], findingLeftOut: true };
}
