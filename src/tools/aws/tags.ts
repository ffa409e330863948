import { oneLine } from '../one-line.ts';

/** A resource's tags by name. They are anybody's text: bounded here, and data wherever they go. */
export type Tags = Readonly<Record<string, string>>;

/** AWS allows 50 tags of 128 + 256 characters. */
export function tagsOf(tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined): Tags {
  const pairs = (tags ?? []).flatMap(({ Key, Value }) =>
    Key === undefined ? [] : [[Key.slice(0, 128), (Value ?? '').slice(0, 256)] as const],
  );
  return Object.fromEntries(pairs.slice(0, 50));
}

/** As the API takes them. Names that begin with `aws:` are AWS's own and cannot be set. */
export const toTagList = (tags: Tags): { Key: string; Value: string }[] =>
  Object.entries(tags)
    .filter(([name]) => !name.startsWith('aws:'))
    .map(([Key, Value]) => ({ Key, Value }));

/** The value of the first of these names that is there, whatever its case; null when none is, or it says nothing. */
export function tagNamed(tags: Tags, names: readonly string[]): string | null {
  const byName = new Map(Object.entries(tags).map(([name, value]) => [name.toLowerCase(), value]));
  for (const name of names) {
    const value = oneLine(byName.get(name.toLowerCase()) ?? '', 200);
    if (value !== '') return value;
  }
  return null;
}

/** True when one of these tags is there and does not say no. */
export function asksToBeKept(tags: Tags, names: readonly string[]): boolean {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  return Object.entries(tags).some(
    ([name, value]) => wanted.has(name.toLowerCase()) && !/^(false|no|0)$/i.test(value.trim()),
  );
}

const POLICY_TAGS = {
  team: ['team'],
  environment: ['environment', 'env'],
  dataClass: ['dataclass', 'data-class', 'data_class', 'data-classification'],
} as const;

/** What policies may judge by, beside account and region: `team`, `environment`, `dataClass`, where the resource has them. */
export function policyTags(tags: Tags): Record<string, string> {
  const found = Object.entries(POLICY_TAGS).map(([name, spellings]) => [name, tagNamed(tags, spellings)] as const);
  return Object.fromEntries(found.flatMap(([name, value]) => (value === null ? [] : [[name, value.slice(0, 100)]])));
}
