import { z } from 'zod';
import { defineTool, type ToolContext } from '../../sdk/define-tool.ts';
import { fit } from '../fit.ts';
import type { AwsClient } from './client.ts';
import { Region } from './settings.ts';
import { tagNamed } from './tags.ts';
import { kindOf, listVolumes } from './volume.ts';

const MAX = 50;

const Row = z.object({
  id: z.string(),
  state: z.string(),
  type: z.string(),
  sizeGib: z.number(),
  createdAt: z.string(),
  attachedTo: z.array(z.string()),
  name: z.string().nullable(),
  owner: z.string().nullable(),
});

/** `aws.volumes`: the volumes of a region. */
export const volumes = defineTool({
  name: 'aws.volumes',
  title: 'Volumes of a region',
  description:
    'EBS volumes of a region with type, size, state, attachments, name and owner; unattached and newest first. At most ' +
    `${MAX} in the facts, all of them as evidence; count tells how many there are.`,
  risk: 'read',
  input: z.strictObject({
    region: Region,
    states: z
      .array(z.enum(['creating', 'available', 'in-use', 'error']))
      .max(4)
      .default([])
      .describe('Only volumes in these states; all when empty'),
  }),
  facts: z.object({ volumes: z.array(Row).max(MAX), count: z.number().int(), complete: z.boolean() }),
  timeout: '1m',
  async read({ region, states }, { client, signal }: ToolContext<AwsClient>) {
    const found = await listVolumes(client, region, states.length === 0 ? {} : { status: states }, signal);
    const rows = found
      .toSorted((a, b) => a.attachedTo.length - b.attachedTo.length || (a.createdAt < b.createdAt ? 1 : -1))
      .map(({ id, state, type, sizeGib, createdAt, attachedTo, tags }) => ({
        id,
        state,
        type,
        sizeGib,
        createdAt,
        attachedTo: attachedTo.slice(0, 20),
        name: tagNamed(tags, ['Name']),
        owner: tagNamed(tags, client.ownerTags),
      }));
    const shown = fit(rows, MAX);
    const free = found.filter(({ attachedTo }) => attachedTo.length === 0).length;
    return {
      facts: { volumes: shown, count: rows.length, complete: shown.length === rows.length },
      content: rows
        .map(
          (row) =>
            `${row.id}  ${kindOf(row)}  ${row.state}  made ${row.createdAt}  ${row.attachedTo.join(', ') || '-'}  ${row.name ?? '-'}  owner ${row.owner ?? '-'}`,
        )
        .join('\n'),
      summary: `${rows.length} volumes in ${region}, ${free} attached to nothing`,
    };
  },
});
