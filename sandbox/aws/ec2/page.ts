import { AwsError } from '../protocol/aws-error.ts';
import type { Form } from '../protocol/form.ts';

/** What one answer holds at most, asked for or not. */
const MOST = 1000;

/** How a list may be asked for. */
export interface PageRules {
  /** The least that `MaxResults` may be. */
  readonly least: number;
  /** The parameter with ids that cannot be named together with a limit; left out where both can be. */
  readonly ids?: string;
}

/**
 * One page of things in the order of their ids, and the token for the next. A token says which id came last, so that
 * what is deleted between two pages neither hides nor repeats anything.
 * @throws AwsError InvalidParameterValue, InvalidParameterCombination, InvalidNextToken
 */
export function pageOf<T extends { id: string }>(
  things: readonly T[],
  form: Form,
  { least, ids }: PageRules,
): { page: T[]; nextToken: string | undefined } {
  const asked = form.int('MaxResults');
  if (asked !== undefined && ids !== undefined && form.list(ids).length > 0)
    throw new AwsError(
      'InvalidParameterCombination',
      `The parameter ${ids} cannot be used with the parameter maxResults`,
    );
  if (asked !== undefined && (asked < least || asked > MOST))
    throw new AwsError(
      'InvalidParameterValue',
      `Value ( ${asked} ) for parameter maxResults is invalid. Expecting a value from ${least} to ${MOST}.`,
    );
  const after = lastOf(form.text('NextToken'));
  const rest = things.filter(({ id }) => id > after).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const page = rest.slice(0, asked ?? MOST);
  const last = page.at(-1);
  const more = rest.length > page.length && last !== undefined;
  return { page, nextToken: more ? Buffer.from(`after:${last.id}`).toString('base64url') : undefined };
}

function lastOf(token: string | undefined): string {
  if (token === undefined || token === '') return '';
  const id = /^after:(?<id>.+)$/.exec(Buffer.from(token, 'base64url').toString('utf8'))?.groups?.['id'];
  if (id === undefined) throw new AwsError('InvalidNextToken', 'The specified NextToken is not valid.');
  return id;
}
