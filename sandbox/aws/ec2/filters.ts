import { AwsError } from '../protocol/aws-error.ts';
import type { Form } from '../protocol/form.ts';
import type { Tags } from './objects.ts';

type FilterValue = string | number | boolean | undefined;

/** By name of a filter: the values of a thing that it looks at. */
export type Filters<T> = Readonly<Record<string, (thing: T) => readonly FilterValue[]>>;

/** `*` is any text and `?` any character, as in EC2. */
const pattern = (text: string): RegExp =>
  new RegExp(
    `^${RegExp.escape(text)
      .replaceAll(String.raw`\*`, '.*')
      .replaceAll(String.raw`\?`, '.')}$`,
    's',
  );

function valuesFor<T extends { tags: Tags }>(name: string, known: Filters<T>): (thing: T) => readonly FilterValue[] {
  if (name.startsWith('tag:')) return ({ tags }) => [tags[name.slice('tag:'.length)]];
  if (name === 'tag-key') return ({ tags }) => Object.keys(tags);
  const values = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!values) throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`);
  return values;
}

/**
 * Whether a thing fits all filters, of each at least one value. `tag:<key>` and `tag-key` are known for everything.
 * @throws AwsError InvalidParameterValue for a filter that is not known
 */
export function fitsFilters<T extends { tags: Tags }>(
  filters: readonly Form[],
  known: Filters<T>,
): (thing: T) => boolean {
  const tests = filters.map((filter) => {
    const valuesOf = valuesFor(filter.required('Name'), known);
    const wanted = filter.list('Value').map(pattern);
    return (thing: T): boolean =>
      valuesOf(thing).some((value) => value !== undefined && wanted.some((each) => each.test(String(value))));
  });
  return (thing) => tests.every((test) => test(thing));
}
