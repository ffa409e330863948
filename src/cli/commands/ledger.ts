import type { Command } from 'commander';
import pc from 'picocolors';
import { verifyBundle } from '../../authority/ledger/export/verify-bundle.ts';
import { CliError } from '../../platform/problem.ts';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { checkedKeys, collectKeys } from '../fingerprint-option.ts';
import { readBundle, unzipped } from '../ledger/read-bundle.ts';
import { writeBundle } from '../ledger/write-bundle.ts';
import { printable } from '../text/table.ts';
import { CheckpointView, LedgerReport } from '../views.ts';

interface ExportOptions extends ConnectionOptions {
  readonly run?: string;
  readonly from?: string;
  readonly to?: string;
  readonly out?: string;
}

type VerifyOptions = ConnectionOptions & { readonly json?: boolean; readonly key?: readonly string[] };

/** Everything there is. */
const EVER = 'from=1970-01-01&to=9999-01-01';

/** `belay ledger` */
export function register(program: Command): void {
  const ledger = program.command('ledger').description('the record of who decided what, and what was done');
  withConnection(ledger.command('verify'))
    .argument('[bundle]', 'an export to check, without any Belay; else the record of the one that runs')
    .description('check the whole record, or without any Belay a bundle (folder or .zip) that was exported from one')
    .option(
      '--key <fingerprint>',
      'of a key you trust, once or more; what a Belay or a bundle says of its own is not',
      collectKeys,
    )
    .option('--json', 'print the answer as JSON')
    .action(async (bundle: string | undefined, options: VerifyOptions) => {
      const report = bundle === undefined ? await online(options) : offline(bundle, options.key ?? []);
      if (options.json) console.log(JSON.stringify(report));
      else console.log(reportText(report));
      if (!report.ok) process.exitCode = 1;
    });
  withConnection(ledger.command('export'))
    .description('take a run, or everything that happened in a period, away as a bundle that can be checked elsewhere')
    .option('--run <id>', 'one run')
    .option('--from <time>', 'from this day or time on, such as 2026-03-01')
    .option('--to <time>', 'until before this day or time')
    .option('--out <path>', 'a new folder, or a file that ends in .zip')
    .action(async (options: ExportOptions) => {
      const { run, from, to } = options;
      const whole = run === undefined ? from !== undefined && to !== undefined : from === undefined && to === undefined;
      if (!whole) throw new CliError('Give --run, or --from and --to.', 2);
      const query = new URLSearchParams({ ...(run ? { run } : {}), ...(from ? { from } : {}), ...(to ? { to } : {}) });
      const response = await clientFor(options).raw(`/api/ledger/export?${query.toString()}`);
      const out = options.out ?? `belay-${run ?? `${from}_${to}`}.zip`;
      writeBundle(Buffer.from(await response.arrayBuffer()), out);
      console.log(`${out} is written. Check it anywhere with: belay ledger verify ${out} --key <fingerprint>`);
    });
  withConnection(ledger.command('seal'))
    .description('seal what was recorded so far into a signed checkpoint and give it to the anchors')
    .option('--json', 'print the checkpoint as JSON')
    .action(async (options: ConnectionOptions & { json?: boolean }) => {
      const sealed = await clientFor(options).post('/api/ledger/checkpoints', {}, CheckpointView);
      const { number, entries, at } = sealed;
      console.log(options.json ? JSON.stringify(sealed) : `Checkpoint ${number} of ${at}: ${entries} entries.`);
    });
}

const offline = (path: string, keys: readonly string[]): LedgerReport => ({
  ...verifyBundle(readBundle(path), checkedKeys(keys)),
});

/** What the server finds; with a key, all of it is taken here too and checked under that key, whatever the server says. */
async function online(options: VerifyOptions): Promise<LedgerReport> {
  const client = clientFor(options);
  const keys = checkedKeys(options.key ?? []);
  const said = await client.get('/api/ledger/verify', LedgerReport);
  if (keys.length === 0) return said;
  const zip = await client.raw(`/api/ledger/export?${EVER}`);
  const here = verifyBundle(unzipped(Buffer.from(await zip.arrayBuffer())), keys);
  return {
    ...said,
    ok: said.ok && here.ok,
    problems: [...new Set([...said.problems, ...here.problems])],
    vouched: here.vouched,
  };
}

/** The report in words, what the check cannot show included. */
function reportText(report: LedgerReport): string {
  const size = `${report.entries} entries of ${report.runs} runs`;
  const { vouched } = report;
  return [
    report.ok ? `${pc.green('The ledger holds:')} ${size}.` : `${pc.red('The ledger does not hold:')} ${size}.`,
    ...(vouched ? [`  Vouched for by key ${vouched}.`] : []),
    ...report.problems.map((line) => `  ${pc.red('✗')} ${printable(line)}`),
    ...report.caveats.map((line) => `  ${(vouched === null ? pc.yellow : pc.dim)(printable(line))}`),
  ].join('\n');
}
