import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import { CliError, reasonOf } from '../../platform/problem.ts';
import { AwsSettings } from '../../tools/aws/settings.ts';

/** An account's name is a part of its queue's. */
const Name = z
  .string()
  .regex(/^[a-z0-9_-]{1,50}$/, 'is no name of a connection: lower-case letters, digits, "_" and "-"');

/**
 * The AWS connections: one for each account of the accounts file (`BELAY_AWS_ACCOUNTS`), or without it one, `default`, in
 * `AWS_REGION`. A price table's path is taken from where the file is.
 * @throws CliError (exit 2) with every problem of the file, each named by its field.
 */
export function awsConnections({
  BELAY_AWS_ACCOUNTS: file,
  AWS_REGION: region,
}: Pick<Configuration, 'BELAY_AWS_ACCOUNTS' | 'AWS_REGION'>): Readonly<Record<string, z.input<typeof AwsSettings>>> {
  if (file === undefined) return region === undefined ? {} : { default: { name: 'default', regions: [region] } };
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'), { maxAliasCount: 0 });
  } catch (error) {
    throw new CliError(`BELAY_AWS_ACCOUNTS: ${file} cannot be read (${reasonOf(error)}).`, 2, { cause: error });
  }
  const parsed = AccountsFile.safeParse(content);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(lineOf).map((line) => `  ${line}`);
    throw new CliError(`BELAY_AWS_ACCOUNTS: ${file} does not hold:\n${problems.join('\n')}`, 2);
  }
  return Object.fromEntries(
    Object.entries(parsed.data.accounts).map(([name, { priceTable, ...settings }]) => [
      name,
      { ...settings, name, ...(priceTable === undefined ? {} : { priceTable: resolve(dirname(file), priceTable) }) },
    ]),
  );
}

const AccountsFile = z.strictObject({ accounts: z.record(Name, AwsSettings) }).superRefine(({ accounts }, context) => {
  if (Object.keys(accounts).length === 0)
    context.addIssue({ code: 'custom', path: ['accounts'], message: 'names no account' });
  for (const [name, settings] of Object.entries(accounts))
    if (settings.account === undefined && settings.role === undefined)
      context.addIssue({ code: 'custom', path: ['accounts', name, 'account'], message: 'is missing' });
});

const lineOf = ({ path, message }: z.core.$ZodIssue): string => `${path.join('.') || 'the file'}: ${message}`;
