import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { retiredKeys, rotateKey, SIGNING_KEY_FILE } from '../../authority/keys/key-folder.ts';
import { signingKeyFrom } from '../../authority/keys/signing-key.ts';
import { readConfiguration } from '../../platform/configuration/configuration.ts';
import { holderOf, lockFolder } from '../../platform/data/folder-lock.ts';
import { CliError, codeOf, reasonOf } from '../../platform/problem.ts';
import { table } from '../text/table.ts';

interface Where {
  readonly data?: string;
  readonly keys?: string;
}

/** The keys folder meant, and the data folder it is in, where it is the embedded one. */
function folderOf({ data, keys }: Where): { folder: string; data: string | undefined } {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^BELAY_(DATA|KEYS)$/.test(name)));
  const configuration = readConfiguration(env);
  const given = keys ?? (data === undefined ? configuration.BELAY_KEYS : undefined);
  if (given !== undefined) return { folder: resolve(given), data: undefined };
  const path = resolve(data ?? configuration.BELAY_DATA);
  return { folder: join(path, 'keys'), data: path };
}

function current(folder: string) {
  const path = join(folder, SIGNING_KEY_FILE);
  try {
    return signingKeyFrom(readFileSync(path, 'utf8'));
  } catch (error) {
    const why =
      codeOf(error) === 'ENOENT'
        ? 'is not there; with BELAY_SIGNING_KEY the key is kept elsewhere, and is rotated there (docs/production.md)'
        : reasonOf(error);
    throw new CliError(`${path} ${why}.`, 2, { cause: error });
  }
}

function list(where: Where & { json?: true }): void {
  const { folder } = folderOf(where);
  const { keyId } = current(folder);
  const keys = [
    { keyId, state: 'signs', retiredAt: null },
    ...retiredKeys(folder).map((key) => ({
      keyId: key.keyId,
      state: 'retired',
      retiredAt: key.retiredAt.toISOString(),
    })),
  ];
  if (where.json) return console.log(JSON.stringify({ keys }));
  const rows = keys.map((key) => [key.keyId, key.state, key.retiredAt ?? '']);
  console.log(table(['KEY', 'STATE', 'SINCE'], rows));
}

function rotate(where: Where): void {
  const { folder, data } = folderOf(where);
  current(folder);
  const release = data === undefined ? () => undefined : lockFolder(data);
  if (release === undefined)
    throw new CliError(
      `Belay (pid ${holderOf(data ?? '')}) runs on ${data} and would go on with the key it has; stop it first.`,
      2,
    );
  const { retired, adopted } = rotateKey(folder);
  release();
  console.log(`${adopted} signs from the next start of the server; ${retired} is retired, and what it signed counts.
Give ${join(folder, 'authority.pub')} (both keys) to the tools workers as BELAY_AUTHORITY_KEY_FILE and start them again,
then the server. Back the folder up: what it signs cannot be signed by another key.`);
}

/** `belay keys list|rotate` */
export function register(program: Command): void {
  const keys = program.command('keys').description("the authority's signing keys, in its folder");
  const withFolder = (command: Command): Command =>
    command
      .option('--data <folder>', 'data folder (BELAY_DATA, .belay)')
      .option('--keys <folder>', 'keys folder of a server (BELAY_KEYS)');
  withFolder(keys.command('list'))
    .description('the key that signs, and the retired ones whose signatures still count')
    .option('--json', 'as JSON')
    .action(list);
  withFolder(keys.command('rotate'))
    .description('make a new key; the old one only verifies from then on')
    .action(rotate);
}
