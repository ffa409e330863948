import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { logPlace, readLog } from './access-log.ts';
import type { AwsClient } from './client.ts';
import { ListName, type Listed, listed, Names, someOf } from './listed.ts';
import { readersOf } from './readers.ts';
import { sideBySide } from './side-by-side.ts';
import { nameOf } from './target.ts';

const DAY_MS = 86_400_000;
/** How far before the change a reader counts as one who was served. */
const BEFORE_DAYS = 7;
const WIDTH = 4;
const MAX = 20;
const Count = z.number().int().nonnegative();

const Denied = z.object({
  bucket: z.string(),
  who: z.string(),
  anonymous: z.boolean(),
  denied: Count,
  lastAt: z.string(),
});

/** What earlier reads kept of an item's readers. */
const KnownReaders = z.object({ readers: z.array(z.object({ who: z.string(), served: z.number() })) });

/** `aws.denied_readers`: who is refused now and was served before. */
export const deniedReaders = defineTool({
  name: 'aws.denied_readers',
  title: 'Readers who are refused now',
  description:
    'For the buckets of a list: who was refused (403) since a time and had been served in the week before it, by the access ' +
    'logs. Somebody whom a bucket never served is no such reader. Buckets without a log, and those whose log says nothing ' +
    'yet, are counted apart: of them nobody knows.',
  risk: 'read',
  input: z.strictObject({
    list: ListName,
    since: z.iso.datetime({ offset: true }).describe('When it changed, RFC 3339'),
  }),
  facts: z.object({
    buckets: Count,
    /** Without a log; with a log that has nothing since then; with a log that has. */
    withoutLog: Count,
    silent: Count,
    withRecords: Count,
    withoutLogNames: Names,
    /** Readers who were served before and are refused now: those who say who they are, and those who do not. */
    deniedIdentified: Count,
    deniedAnonymous: Count,
    denied: z.array(Denied).max(MAX),
    complete: z.boolean(),
  }),
  timeout: '5m',
  async read({ list, since }, context: ToolContext<AwsClient>) {
    const all = await listed(list, 'bucket', context);
    const seen = await sideBySide(all, WIDTH, async (one) => await lookAt(one, new Date(since), context));
    const denied = seen.flatMap((each) => each.denied);
    const names = (state: Seen['log']): string[] => seen.filter(({ log }) => log === state).map(({ name }) => name);
    const facts = {
      buckets: seen.length,
      withoutLog: names('none').length,
      silent: names('silent').length,
      withRecords: names('records').length,
      withoutLogNames: someOf(names('none')),
      deniedIdentified: denied.filter(({ anonymous }) => !anonymous).length,
      deniedAnonymous: denied.filter(({ anonymous }) => anonymous).length,
      denied: denied.slice(0, MAX),
      complete: denied.length <= MAX && seen.every(({ complete }) => complete),
    };
    const lines = denied.map(
      ({ bucket, who, denied: times, lastAt }) => `${bucket}  ${who}  refused ${times} times, last ${lastAt}`,
    );
    return {
      facts,
      content: [...lines, ...seen.map(({ name, log }) => `${name}  ${LOG_WORDS[log]}`)].join('\n') || 'no buckets',
      summary:
        `${denied.length} readers who were served before are refused since ${since}; of ${seen.length} buckets ` +
        `${facts.withoutLog} have no log and ${facts.silent} have nothing in it yet`,
    };
  },
});

const LOG_WORDS = {
  none: 'no access log',
  silent: 'nothing in its log since then',
  records: 'has a log since then',
} as const;

interface Seen {
  readonly name: string;
  readonly log: keyof typeof LOG_WORDS;
  readonly denied: readonly z.infer<typeof Denied>[];
  readonly complete: boolean;
}

async function lookAt(one: Listed, since: Date, { client, signal, now }: ToolContext<AwsClient>): Promise<Seen> {
  const { account, region, id: bucket } = one;
  const name = nameOf(one);
  const place = await logPlace(client, { account, region, bucket }, signal);
  if (place === null) return { name, log: 'none', denied: [], complete: false };
  const earlier = new Date(since.getTime() - BEFORE_DAYS * DAY_MS);
  const after = await readLog(client, region, place, { bucket, since, until: now() }, signal);
  const before = await readLog(client, region, place, { bucket, since: earlier, until: since }, signal);
  const served = new Set([
    ...readersOf(before.records).flatMap(({ who, served: times }) => (times > 0 ? [who] : [])),
    ...known(one.item.facts),
  ]);
  const denied = readersOf(after.records)
    .filter((reader) => reader.denied > 0 && served.has(reader.who))
    .map(({ who, anonymous, denied: times, lastAt }) => ({ bucket, who, anonymous, denied: times, lastAt }));
  return {
    name,
    log: after.records.length === 0 ? 'silent' : 'records',
    denied,
    complete: after.complete && before.complete,
  };
}

/** Who was seen reading when the list was made. */
function known(facts: JsonObject): string[] {
  const parsed = KnownReaders.safeParse(facts);
  return parsed.success ? parsed.data.readers.flatMap(({ who, served }) => (served > 0 ? [who] : [])) : [];
}
