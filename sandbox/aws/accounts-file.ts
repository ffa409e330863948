import { stringify } from 'yaml';
import type { Account } from './world.ts';

/** How one account is reached: by taking on this role with the keys in the environment. */
export interface AccountAccess {
  readonly account: string;
  readonly role: string;
  readonly externalId?: string;
  readonly regions: readonly string[];
}

export const roleArn = (account: string): string => `arn:aws:iam::${account}:role/belay`;

/** The role of Belay in an account. */
export const accessTo = ({ id, regions }: Account, externalId?: string): AccountAccess => ({
  account: id,
  role: roleArn(id),
  ...(externalId !== undefined && { externalId }),
  regions: [...regions.keys()],
});

/** The text of the file that Belay reads its accounts from (`BELAY_AWS_ACCOUNTS`). */
export const accountsFile = (accounts: Readonly<Record<string, AccountAccess>>): string => stringify({ accounts });
