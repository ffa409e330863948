import { z } from 'zod';
import type { Principal } from '../identity/principal.ts';
import { AwsError } from '../protocol/aws-error.ts';

const OneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const Statement = z.object({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.literal('*'), z.record(z.string(), OneOrMore)]),
  Action: OneOrMore,
  Resource: OneOrMore,
  Condition: z.record(z.string(), z.record(z.string(), OneOrMore)).optional(),
});
const Policy = z.object({
  Version: z.string().optional(),
  Statement: z.union([z.array(Statement), Statement]).transform((value) => [value].flat()),
});
type Statement = z.infer<typeof Statement>;

/** What somebody wants to do to what. */
export interface Wish {
  /** `undefined`: nobody who has said who they are. */
  readonly principal: Principal | undefined;
  /** `s3:GetObject` */
  readonly action: string;
  /** `arn:aws:s3:::bucket/key` */
  readonly resource: string;
}

/** @throws AwsError MalformedPolicy */
export function readPolicy(text: string): Statement[] {
  try {
    return Policy.parse(JSON.parse(text)).Statement;
  } catch {
    throw new AwsError('MalformedPolicy', 'Policies must be valid JSON, with Effect, Principal, Action and Resource.');
  }
}

/** Conditions that S3 counts as narrowing a statement down to some people, where their values are fixed. */
const NARROWING =
  /^aws:(sourceip|sourcevpce?|sourcearn|sourceaccount|principalorgid|principalorgpaths|principalarn|principalaccount|userid)$/i;

const isNarrowed = ({ Condition: condition = {} }: Statement): boolean =>
  Object.values(condition).some((keys) =>
    Object.entries(keys).some(([key, values]) => NARROWING.test(key) && values.every((value) => !value.includes('*'))),
  );

const isForAll = ({ Principal: principal }: Statement): boolean =>
  principal === '*' || (principal['AWS'] ?? []).includes('*');

/** Whether S3 calls a policy public: it allows something to everybody, under no condition that narrows it. */
export const isPublicPolicy = (policy: string | undefined): boolean =>
  policy !== undefined &&
  readPolicy(policy).some((each) => each.Effect === 'Allow' && isForAll(each) && !isNarrowed(each));

const glob = (text: string): RegExp =>
  new RegExp(
    `^${RegExp.escape(text)
      .replaceAll(String.raw`\*`, '.*')
      .replaceAll(String.raw`\?`, '.')}$`,
    'is',
  );

/** The names under which policies know a principal: its ARN, its role's, and its account. */
function namesOf({ arn, account }: Principal): string[] {
  const role = /:assumed-role\/(?<role>[^/]+)\//.exec(arn)?.groups?.['role'];
  const asRole = role === undefined ? [] : [`arn:aws:iam::${account}:role/${role}`];
  return [arn, ...asRole, account, `arn:aws:iam::${account}:root`];
}

function covers(statement: Statement, { principal, action, resource }: Wish): boolean {
  const named = statement.Principal === '*' ? ['*'] : (statement.Principal['AWS'] ?? []);
  const names = principal ? namesOf(principal) : [];
  return (
    named.some((each) => each === '*' || names.includes(each)) &&
    statement.Action.some((each) => glob(each).test(action)) &&
    statement.Resource.some((each) => glob(each).test(resource))
  );
}

/**
 * What a policy says to a wish; a deny wins. Conditions are not weighed: an Allow with one allows nobody here, and a Deny
 * with one denies nobody.
 */
export function policySays(policy: string | undefined, wish: Wish): 'allow' | 'deny' | 'nothing' {
  if (policy === undefined) return 'nothing';
  const said = readPolicy(policy).filter((each) => !each.Condition && covers(each, wish));
  if (said.some(({ Effect: effect }) => effect === 'Deny')) return 'deny';
  return said.length > 0 ? 'allow' : 'nothing';
}
