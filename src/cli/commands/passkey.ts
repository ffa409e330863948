import type { Command } from 'commander';
import { z } from 'zod';
import { clientFor, type ConnectionOptions, withConnection } from '../connection-options.ts';
import { printable, table } from '../text/table.ts';
import { utc } from '../text/times.ts';

const Code = z.looseObject({ code: z.string(), person: z.string(), page: z.string() });
const Passkeys = z.looseObject({
  passkeys: z.array(
    z.looseObject({ id: z.string(), person: z.string(), label: z.string(), by: z.string(), addedAt: z.string() }),
  ),
});
const Revoked = z.looseObject({ id: z.string(), person: z.string() });

async function add(options: ConnectionOptions & { person?: string }): Promise<void> {
  const client = clientFor(options);
  const { person: of } = options;
  const { code, person, page } = await client.post('/api/passkeys/codes', of === undefined ? {} : { person: of }, Code);
  console.log(`Open ${page} on the device that will hold it, and enter ${code}.
It adds a passkey for ${printable(person)}, once, within 15 minutes. Whoever enters it can then decide as them.`);
}

async function list(options: ConnectionOptions & { json?: true }): Promise<void> {
  const { passkeys } = await clientFor(options).get('/api/passkeys', Passkeys);
  if (options.json) return console.log(JSON.stringify({ passkeys }));
  if (passkeys.length === 0) return console.log('Nobody has a passkey yet; `belay passkey add` begins one.');
  const rows = passkeys.map(({ id, person, label, by, addedAt }) => [id.slice(0, 12), person, label, utc(addedAt), by]);
  console.log(table(['PASSKEY', 'PERSON', 'NAME', 'ADDED', 'ALLOWED BY'], rows));
}

async function revoke(id: string, options: ConnectionOptions & { reason?: string }): Promise<void> {
  const { reason = '' } = options;
  const path = `/api/passkeys/${encodeURIComponent(id)}/revoke`;
  const { person, id: whole } = await clientFor(options).post(path, { reason }, Revoked);
  console.log(
    `${whole.slice(0, 12)} of ${printable(person)} proves nothing from now on; what it confirmed before stands.`,
  );
}

/** `belay passkey add|list|revoke` */
export function register(program: Command): void {
  const passkey = program
    .command('passkey')
    .description('passkeys, with which people confirm what policy asks them to');
  withConnection(passkey.command('add'))
    .description('print a one-time code with which somebody adds a passkey in their browser')
    .option('--person <name>', 'whose, by name in the directory or identity (default: whose token this is)')
    .action(add);
  withConnection(passkey.command('list'))
    .description('the passkeys that count now')
    .option('--json', 'as JSON')
    .action(list);
  withConnection(passkey.command('revoke'))
    .description('end a passkey: lost, stolen, or of somebody who left')
    .argument('<id>', 'its id, or the beginning that the list shows')
    .option('--reason <text>', 'why, for the record')
    .action(revoke);
}
