import { z } from 'zod';
import { controlTable } from '../../domain/control-table.ts';
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import { Finding } from '../../domain/finding.ts';
import { LedgerEntry } from '../../domain/ledger.ts';
import {
  LEDGER_FOLDER,
  PROOF_FILES,
  PROOF_MANIFEST,
  ProofManifest,
  proofPart,
  type ProofPart,
  type ProofScan,
} from '../../domain/proof-pack.ts';
import { scanDigest } from '../../domain/scan.ts';
import { verifyBundle } from '../ledger/export/verify-bundle.ts';
import { checkFolder, type Files, type FolderKind } from '../signed-folder.ts';

/** What a pack shows, checked without the Belay it is from. */
export interface ProofReport {
  readonly ok: boolean;
  /** Null when it is no pack. */
  readonly of: Pick<ProofManifest, 'run' | 'runbook' | 'outcome' | 'decidedBy'> | null;
  /** Each names its file. */
  readonly problems: string[];
  readonly caveats: string[];
  /** The key that vouches for it: one that was given; null when none was, so that it only agrees with itself. */
  readonly vouched: string | null;
}

const PACK: FolderKind<ProofManifest> = {
  noun: 'pack',
  fullNoun: 'proof pack',
  manifestFile: PROOF_MANIFEST,
  manifest: ProofManifest,
  files: PROOF_FILES,
  keysFile: `${LEDGER_FOLDER}keys.pem`,
  signedPart: proofPart,
};

const part = <T>(files: Files, name: ProofPart, schema: z.ZodType<T>): T =>
  schema.parse(JSON.parse(files.get(name)?.toString('utf8') ?? ''));

/** What the files say of each other: findings by the hash in the record, controls by the findings, decisions by the record. */
function contentProblems(manifest: ProofManifest, files: Files): string[] {
  const problems: string[] = [];
  const lines = (files.get(`${LEDGER_FOLDER}entries.jsonl`)?.toString('utf8') ?? '').split('\n').filter(Boolean);
  const entries = lines.map((line) => LedgerEntry.parse(JSON.parse(line)));
  const of = (kind: LedgerEntry['kind']) => entries.filter((entry) => entry.kind === kind).map(({ body }) => body);
  const table = controlTable();
  const look = (name: 'findings-before.json' | 'findings-after.json', scan: ProofScan | null) => {
    const findings = part(files, name, z.array(Finding));
    for (const finding of findings) table.add(name === 'findings-before.json' ? 'before' : 'after', finding);
    const digest = scanDigest(findings.map((finding) => digestOf(finding)));
    const recorded = of('scan.recorded').find((body) => body['scan'] === scan?.scan);
    if (scan ? recorded?.['digest'] !== digest || scan.digest !== digest : findings.length > 0)
      problems.push(`${name}: these are not the findings that were recorded`);
  };
  look('findings-before.json', manifest.before);
  look('findings-after.json', manifest.after);
  const same = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b);
  if (!same(part(files, 'controls.json', z.unknown()), table.lines()))
    problems.push('controls.json: it does not follow from the findings');
  if (!same(part(files, 'decisions.json', z.unknown()), of('decision.recorded')))
    problems.push('decisions.json: these are not the decisions in the record');
  if (!entries.some(({ run }) => run === manifest.run))
    problems.push(`${LEDGER_FOLDER}entries.jsonl: it is not the record of run ${manifest.run}`);
  return problems;
}

function checkedContent(manifest: ProofManifest, files: Files): string[] {
  try {
    return contentProblems(manifest, files);
  } catch (error) {
    return [
      `a file of the pack cannot be read: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    ];
  }
}

/** Checks a pack by itself, offline, as `checkFolder` does. Every changed, missing or added byte or file is found and named. */
export function verifyProof(files: Files, trusted: readonly string[]): ProofReport {
  const { manifest, problems, caveats, vouched } = checkFolder(PACK, files, trusted);
  if (!manifest) return { ok: false, of: null, problems, caveats, vouched };
  // What was changed is named; only what is whole says something about what is in it.
  if (problems.length === 0) {
    const record = [...files].filter(([name]) => name.startsWith(LEDGER_FOLDER));
    const bundle = verifyBundle(new Map(record.map(([name, bytes]) => [name.slice(LEDGER_FOLDER.length), bytes])), []);
    problems.push(
      ...bundle.problems.map((problem) => `${LEDGER_FOLDER}: ${problem}`),
      ...checkedContent(manifest, files),
    );
    caveats.push(...bundle.caveats.filter((caveat) => caveat.startsWith('no checkpoint')));
  }
  const { run, runbook, outcome, decidedBy } = manifest;
  return { ok: problems.length === 0, of: { run, runbook, outcome, decidedBy }, problems, caveats, vouched };
}
