import type { AuthorityClient, RequestOf } from '../authority/protocol.ts';
import { Failure } from '../domain/failure.ts';
import { CHUNK, type ListItem, MOST_ITEMS } from '../domain/list-item.ts';
import { JsonObject } from '../domain/json.ts';
import type { OfRun } from './wire.ts';
import { clean, cleanFacts } from './redacted.ts';

type Found = Omit<ListItem, 'connection'>;

/** What was found, as it leaves this process. */
async function cleanItem(item: Found): Promise<Found> {
  return {
    ...item,
    title: await clean(item.title, 300),
    owner: item.owner === null ? null : await clean(item.owner, 200),
    facts: JsonObject.parse(await cleanFacts(item.facts)),
  };
}

/** Hands what a read found to the run's list, a chunk at a time; the first replaces what an attempt before brought. */
export async function handOver(
  authority: Pick<AuthorityClient, 'putItems'>,
  { run, execution, name, part, system }: OfRun & { name: string; part: string; system: string },
  connection: string,
  items: readonly Found[],
): Promise<void> {
  if (items.length > MOST_ITEMS)
    throw new Failure(
      'stop.unsupported',
      `${part} found ${items.length} things; a list holds ${MOST_ITEMS}. Narrow what is looked for`,
    );
  const to = { run, execution, list: name, part, system, connection };
  for (let at = 0; at === 0 || at < items.length; at += CHUNK) {
    const chunk: RequestOf<'putItems'>['items'] = [];
    for (const item of items.slice(at, at + CHUNK)) chunk.push(await cleanItem(item));
    await authority.putItems({ ...to, first: at === 0, items: chunk });
  }
}

/** All items of a run's list, in their order. */
export async function itemsOf(
  authority: Pick<AuthorityClient, 'items'>,
  of: OfRun & { list: string },
): Promise<ListItem[]> {
  const all: ListItem[] = [];
  for (let after = 0; ;) {
    const { items } = await authority.items({ ...of, after });
    all.push(...items);
    const last = items.at(-1);
    if (!last || items.length < CHUNK) return all;
    after = last.position;
  }
}
