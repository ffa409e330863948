import { z } from 'zod';

/** A region's name, such as `eu-west-1`. */
export const Region = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+){1,2}-\d{1,2}$/, 'is no region such as eu-west-1')
  .describe('Region, for example eu-west-1');

const AccountId = z
  .string('is no account id: 12 digits, in quotes')
  .regex(/^\d{12}$/, 'is no account id: 12 digits, in quotes');

/** An IAM role's ARN, with its account as the first group. */
const ROLE = /^arn:aws(?:-[a-z]+)*:iam::(\d{12}):role\/[\w+=,.@/-]{1,512}$/;

const TagNames = z.array(z.string().min(1).max(128)).max(20);

/** One connection: an account, the role in it, and the regions Belay may look at and act in. */
export const AwsSettings = z
  .strictObject({
    /** How messages call the connection. */
    name: z.string().min(1).max(100).optional(),
    /** The account that the credential must be of; left out: whichever it is, or the role's. */
    account: AccountId.optional(),
    /** Assumed with the credential that AWS's own variables and files give; left out: that credential itself. */
    role: z.string().regex(ROLE, 'is no role such as arn:aws:iam::111122223333:role/belay').optional(),
    externalId: z.string().min(2).max(1224).optional(),
    regions: z.array(Region).min(1, 'names no region').max(40),
    /** A price table of the shape of `prices/ebs.yaml`; left out: that one. */
    priceTable: z.string().min(1).optional(),
    /** Tags that name who answers for a resource, the first that is there; upper and lower case are the same. */
    ownerTags: TagNames.default(['owner', 'owner-email', 'contact']),
    /** Tags by which a resource asks to be left alone. */
    keepTags: TagNames.default(['belay:keep']),
    /** Another address of the API, for one that speaks like AWS; left out: `AWS_ENDPOINT_URL`, or AWS. */
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
  })
  .superRefine(({ account, role, externalId }, context) => {
    const of = role === undefined ? undefined : ROLE.exec(role)?.[1];
    if (account !== undefined && of !== undefined && of !== account)
      context.addIssue({ code: 'custom', path: ['role'], message: `is of account ${of}, and account is ${account}` });
    if (externalId !== undefined && role === undefined)
      context.addIssue({ code: 'custom', path: ['externalId'], message: 'does nothing without role' });
  });
export type AwsSettings = z.output<typeof AwsSettings>;

/** The account that a connection is meant for, when its settings say it. */
export const accountMeant = ({ account, role }: AwsSettings): string | undefined =>
  account ?? (role === undefined ? undefined : ROLE.exec(role)?.[1]);

/** How messages name a connection: `connection prod (role arn:…)`. */
export function nameOfConnection({ name, account, role }: AwsSettings): string {
  const called = name === undefined ? 'this connection' : `connection ${name}`;
  if (role !== undefined) return `${called} (${role})`;
  return account === undefined ? called : `${called} (account ${account})`;
}
