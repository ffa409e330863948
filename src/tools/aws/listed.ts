import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';
import { type ListItem, ListRef } from '../../domain/list-item.ts';
import type { ToolContext } from '../../sdk/define-tool.ts';
import type { AwsClient } from './client.ts';
import { type Resource, resourceOf } from './target.ts';

/** The name of one of the run's lists. */
export const ListName = ListRef.shape.name.describe('Name of one of the lists of this run');

/** An item of a list and the resource of this connection's account that it is about. */
export interface Listed extends Resource {
  readonly item: ListItem;
}

/** What of a list is a resource of this kind in this connection's account; other items are not its business. */
export async function listed(
  name: string,
  kind: Resource['kind'],
  { list, client, signal }: ToolContext<AwsClient>,
): Promise<Listed[]> {
  if (list === undefined) throw new Failure('stop.unsupported', 'Lists are of runs; here there is none');
  const { account } = await client.identity(signal);
  const items = await list(name);
  return items.flatMap((item) => {
    const resource = resourceOf(item.key, kind, account);
    return resource === undefined ? [] : [{ ...resource, item }];
  });
}

/** The listed resources by region, so that a region is asked once. */
export const byRegion = (all: readonly Listed[]): [string, Listed[]][] => [...Map.groupBy(all, ({ region }) => region)];

/** At most so many names in facts; the counts are beside them. */
export const MOST_NAMES = 20;

export const Names = z.array(z.string()).max(MOST_NAMES);

export const someOf = (names: readonly string[]): string[] => names.slice(0, MOST_NAMES);
