import { z } from 'zod';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { fit } from '../fit.ts';
import type { AwsClient } from './client.ts';
import { listInstances } from './instance.ts';
import { Region } from './settings.ts';
import { tagNamed } from './tags.ts';

const MAX = 50;

const Row = z.object({
  id: z.string(),
  type: z.string(),
  state: z.string(),
  zone: z.string(),
  launchedAt: z.string(),
  volumes: z.number().int(),
  name: z.string().nullable(),
  owner: z.string().nullable(),
});

/** `aws.instances`: the instances of a region. */
export const instances = defineTool({
  name: 'aws.instances',
  title: 'Instances of a region',
  description:
    'EC2 instances of a region with type, state, zone, name and owner; those that do not run come first, then the newest. ' +
    `Terminated ones are left out. At most ${MAX} in the facts, all of them as evidence; count tells how many there are.`,
  risk: 'read',
  input: z.strictObject({ region: Region }),
  facts: z.object({ instances: z.array(Row).max(MAX), count: z.number().int(), complete: z.boolean() }),
  timeout: '1m',
  async read({ region }, { client, signal }: ToolContext<AwsClient>) {
    const rows = (await listInstances(client, region, signal))
      .toSorted(
        (a, b) =>
          Number(a.state === 'running') - Number(b.state === 'running') || (a.launchedAt < b.launchedAt ? 1 : -1),
      )
      .map(({ id, type, state, zone, launchedAt, volumeIds, tags }) => ({
        id,
        type,
        state,
        zone,
        launchedAt,
        volumes: volumeIds.length,
        name: tagNamed(tags, ['Name']),
        owner: tagNamed(tags, client.ownerTags),
      }));
    const shown = fit(rows, MAX);
    return {
      facts: { instances: shown, count: rows.length, complete: shown.length === rows.length },
      content: rows
        .map(
          (row) =>
            `${row.id}  ${row.type}  ${row.state}  ${row.zone}  since ${row.launchedAt}  ${row.name ?? '-'}  owner ${row.owner ?? '-'}`,
        )
        .join('\n'),
      summary: `${rows.length} instances in ${region}, ${rows.filter(({ state }) => state === 'running').length} running`,
    };
  },
});
