import type { z } from 'zod';
import type { ApiClient } from './client.ts';

/** The most items that the API gives at once. */
const AT_ONCE = 500;

interface Page {
  readonly items: readonly { readonly position: number }[];
}

/** Every page of something with many items, one after the other, until one is not full. */
export async function allPages<P extends Page>(
  client: ApiClient,
  path: string,
  query: Readonly<Record<string, string>>,
  schema: z.ZodType<P>,
): Promise<[P, ...P[]]> {
  const pageAfter = (after: number): Promise<P> =>
    client.get(
      `${path}?${new URLSearchParams({ ...query, limit: String(AT_ONCE), after: String(after) }).toString()}`,
      schema,
    );
  const pages: [P, ...P[]] = [await pageAfter(0)];
  for (let last = pages[0]; last.items.length === AT_ONCE; pages.push(last))
    last = await pageAfter(last.items.at(-1)?.position ?? 0);
  return pages;
}
