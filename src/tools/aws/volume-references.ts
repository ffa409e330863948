import { z } from 'zod';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import type { AwsClient } from './client.ts';
import { byRegion, ListName, type Listed, listed, Names, someOf } from './listed.ts';
import { ACTION_TAG } from './mark.ts';
import { type Reference, referencesIn } from './references.ts';
import { snapshotsOf } from './snapshot.ts';
import { nameOf } from './target.ts';
import { type Volume, volumesById } from './volume.ts';

const Count = z.number().int().nonnegative();

const Facts = z.object({
  volumes: Count,
  gone: Count,
  /** Still there, and of those the ones attached to an instance. */
  there: Count,
  attached: Count,
  thereNames: Names,
  /** Volumes that something names: a block device, or a start script; each with what names it. */
  referenced: Count,
  references: Names,
  /** Images and launch templates that name a snapshot of one of the volumes: they need the snapshot, not the volume. */
  snapshotReferences: Names,
  /** Of the volumes that are gone: those whose snapshot of Belay's is complete, under way, failed, or not there. */
  snapshots: z.object({ complete: Count, pending: Count, failed: Count, missing: Count }),
  withoutSnapshot: Names,
});

interface Seen {
  readonly one: Listed;
  readonly volume: Volume | undefined;
  readonly named: readonly string[];
  readonly snapshotNamed: readonly string[];
  readonly snapshot: 'complete' | 'pending' | 'failed' | 'missing';
}

/** `aws.volume_references`: what became of a list's volumes, and whether anything still refers to them. */
export const volumeReferences = defineTool({
  name: 'aws.volume_references',
  title: 'What still refers to volumes',
  description:
    'For the volumes of a list: whether each is still there, whether an instance, or the start script of a launch template, ' +
    "names it, whether an image or a launch template names a snapshot of it, and whether Belay's snapshot of one that is gone " +
    'is complete.',
  risk: 'read',
  input: z.strictObject({ list: ListName }),
  facts: Facts,
  timeout: '3m',
  async read({ list }, context: ToolContext<AwsClient>) {
    const all = await listed(list, 'volume', context);
    const seen: Seen[] = [];
    for (const [region, some] of byRegion(all)) seen.push(...(await lookAt(region, some, context)));
    const there = seen.filter(({ volume }) => volume !== undefined);
    const gone = seen.filter(({ volume }) => volume === undefined);
    const referenced = seen.filter(({ named }) => named.length > 0);
    const counted = (state: Seen['snapshot']): number => gone.filter(({ snapshot }) => snapshot === state).length;
    const nameIn = ({ one }: Seen): string => nameOf(one);
    const facts = {
      volumes: seen.length,
      gone: gone.length,
      there: there.length,
      attached: there.filter(({ volume }) => (volume?.attachedTo.length ?? 0) > 0).length,
      thereNames: someOf(there.map(nameIn)),
      referenced: referenced.length,
      references: someOf(referenced.map((each) => `${each.one.id}: ${each.named.slice(0, 3).join(', ')}`)),
      snapshotReferences: someOf([...new Set(seen.flatMap(({ snapshotNamed }) => snapshotNamed))]),
      snapshots: {
        complete: counted('complete'),
        pending: counted('pending'),
        failed: counted('failed'),
        missing: counted('missing'),
      },
      withoutSnapshot: someOf(gone.filter(({ snapshot }) => snapshot !== 'complete').map(nameIn)),
    };
    return {
      facts,
      content: seen
        .map((each) => {
          const state = each.volume === undefined ? `gone, snapshot ${each.snapshot}` : `there, ${each.volume.state}`;
          return `${nameIn(each)}  ${state}  ${each.named.length === 0 ? 'nothing refers to it' : `named by ${each.named.join(', ')}`}`;
        })
        .join('\n'),
      summary: `${facts.gone} of ${facts.volumes} volumes are gone, ${facts.referenced} are still referred to, ${facts.snapshots.complete} snapshots are complete`,
    };
  },
});

async function lookAt(
  region: string,
  some: readonly Listed[],
  { client, signal }: ToolContext<AwsClient>,
): Promise<Seen[]> {
  const ids = some.map(({ id }) => id);
  const [there, snapshots, references] = await Promise.all([
    volumesById(client, region, ids, signal),
    snapshotsOf(client, region, ids, signal),
    referencesIn(client, region, signal),
  ]);
  const namers = indexed(references, ({ volumeIds }) => volumeIds);
  const snapshotNamers = indexed(references, ({ snapshotIds }) => snapshotIds);
  const byVolume = Map.groupBy(snapshots, ({ volumeId }) => volumeId);
  return some.map((one) => {
    const own = (byVolume.get(one.id) ?? []).filter(({ tags }) => tags[ACTION_TAG] !== undefined);
    const states = own.map(({ state }) => state);
    const volume = there.get(one.id);
    return {
      one,
      volume,
      named: [...new Set([...(volume?.attachedTo ?? []), ...(namers.get(one.id) ?? [])])],
      snapshotNamed: (byVolume.get(one.id) ?? []).flatMap(({ id }) =>
        (snapshotNamers.get(id) ?? []).map((by) => `${by} needs ${id}`),
      ),
      snapshot: states.includes('completed')
        ? 'complete'
        : states.includes('pending')
          ? 'pending'
          : states.length > 0
            ? 'failed'
            : 'missing',
    };
  });
}

/** Who names each id. */
function indexed(
  references: readonly Reference[],
  ids: (reference: Reference) => readonly string[],
): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const reference of references)
    for (const id of ids(reference)) found.set(id, [...(found.get(id) ?? []), reference.by]);
  return found;
}
