import { z } from 'zod';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { fit } from '../fit.ts';
import type { AwsClient } from './client.ts';
import { ACTION_TAG } from './mark.ts';
import { Region } from './settings.ts';
import { listSnapshots } from './snapshot.ts';
import { tagNamed } from './tags.ts';
import { VolumeId } from './volume.ts';

const MAX = 50;

const Row = z.object({
  id: z.string(),
  volumeId: z.string(),
  sizeGib: z.number(),
  state: z.string(),
  startedAt: z.string(),
  name: z.string().nullable(),
  /** The action of Belay's that made it. */
  action: z.string().nullable(),
});

/** `aws.snapshots`: the account's own snapshots in a region. */
export const snapshots = defineTool({
  name: 'aws.snapshots',
  title: 'Snapshots of a region',
  description:
    "The account's own EBS snapshots in a region, newest first: of which volume, how far, and which action of Belay's made " +
    `one. At most ${MAX} in the facts, all of them as evidence; count tells how many there are.`,
  risk: 'read',
  input: z.strictObject({ region: Region, volumeId: VolumeId.optional() }),
  facts: z.object({ snapshots: z.array(Row).max(MAX), count: z.number().int(), complete: z.boolean() }),
  timeout: '1m',
  async read({ region, volumeId }, { client, signal }: ToolContext<AwsClient>) {
    const filters = volumeId === undefined ? {} : { 'volume-id': [volumeId] };
    const rows = (await listSnapshots(client, region, filters, signal)).map((one) => ({
      id: one.id,
      volumeId: one.volumeId,
      sizeGib: one.sizeGib,
      state: one.state,
      startedAt: one.startedAt,
      name: tagNamed(one.tags, ['Name']),
      action: tagNamed(one.tags, [ACTION_TAG]),
    }));
    const shown = fit(rows, MAX);
    return {
      facts: { snapshots: shown, count: rows.length, complete: shown.length === rows.length },
      content: rows
        .map(
          (row) =>
            `${row.id}  of ${row.volumeId}  ${row.sizeGib} GiB  ${row.state}  ${row.startedAt}  ${row.action ?? '-'}  ${row.name ?? '-'}`,
        )
        .join('\n'),
      summary: `${rows.length} snapshots in ${region}${volumeId === undefined ? '' : ` of ${volumeId}`}`,
    };
  },
});
