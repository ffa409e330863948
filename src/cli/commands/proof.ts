import type { Command } from 'commander';
import pc from 'picocolors';
import { type ProofReport, verifyProof } from '../../authority/proof/verify-proof.ts';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { checkedKeys, collectKeys } from '../fingerprint-option.ts';
import { readPack } from '../proof/read-pack.ts';
import { writePack } from '../proof/write-pack.ts';
import { printable } from '../text/table.ts';

interface VerifyOptions {
  readonly key?: readonly string[];
  readonly json?: boolean;
}

/** `belay proof export|verify` */
export function register(program: Command): void {
  const proof = program
    .command('proof')
    .description(
      'what a run shows to an auditor: findings before and after, controls, decisions, exceptions, its record',
    );
  withConnection(proof.command('export'))
    .description('write the signed proof pack of a run into a folder')
    .argument('<run>', 'its id, such as r-7k2m9qab')
    .argument('<folder>', 'a new or empty folder')
    .action(async (run: string, folder: string, options: ConnectionOptions) => {
      const response = await clientFor(options).raw(`/api/runs/${encodeURIComponent(run)}/proof`);
      writePack(Buffer.from(await response.arrayBuffer()), folder);
      console.log(
        `${folder} is written; read it in ${folder}/index.html. Check it anywhere with: belay proof verify ${folder} --key <fingerprint>`,
      );
    });
  proof
    .command('verify')
    .description('check a proof pack without any Belay: every byte and file, every signature, and that its parts agree')
    .argument('<folder>', 'the pack: a folder, or a .zip of it')
    .option('--key <fingerprint>', 'of a key you trust, once or more; what a pack says of its own is not', collectKeys)
    .option('--json', 'print the answer as JSON')
    .action((folder: string, options: VerifyOptions) => {
      const report = verifyProof(readPack(folder), checkedKeys(options.key ?? []));
      console.log(options.json ? JSON.stringify(report) : reportText(report));
      if (!report.ok) process.exitCode = 1;
    });
}

/** The report in words, what the check cannot show included. */
function reportText({ ok, of, problems, caveats, vouched }: ProofReport): string {
  const decided = [...new Set(of?.decidedBy.map(({ person }) => person))].join(' and ');
  const what = of
    ? `${of.runbook}, run ${of.run}${of.outcome === null ? '' : `, ${of.outcome}`}${decided === '' ? '' : `, decided by ${decided}`}`
    : 'no proof pack';
  return [
    `${ok ? pc.green('The proof holds:') : pc.red('The proof does not hold:')} ${printable(what)}.`,
    ...(vouched ? [`  Vouched for by key ${vouched}.`] : []),
    ...problems.map((line) => `  ${pc.red('✗')} ${printable(line)}`),
    ...caveats.map((line) => `  ${(vouched === null ? pc.yellow : pc.dim)(printable(line))}`),
  ].join('\n');
}
