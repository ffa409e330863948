import { createHash, createPublicKey } from 'node:crypto';
import { controlTable } from '../../domain/control-table.ts';
import { canonicalJson } from '../../domain/digest.ts';
import { DecisionRecord } from '../../domain/decision.ts';
import type { Finding } from '../../domain/finding.ts';
import {
  LEDGER_FOLDER,
  PROOF_MANIFEST,
  type ProofManifest,
  proofPart,
  type ProofPart,
} from '../../domain/proof-pack.ts';
import { isOver } from '../../domain/run.ts';
import type { AuthorityContext } from '../context.ts';
import { caveatsOf } from '../ledger/caveats.ts';
import { exportLedger } from '../ledger/export/export-ledger.ts';
import { fingerprintOf } from '../keys/fingerprint-of.ts';
import { readKind } from '../ledger/read.ts';
import type { RunRow } from '../runs/known-run.ts';
import { jsonArray } from './json-array.ts';
import { proofHtml, type Told } from './proof-html.ts';
import { runExceptions } from './run-exceptions.ts';
import { findingsIn, runScans } from './run-scans.ts';

/** A file of a pack. Its content comes as it is read; the next file begins when it has ended. */
export interface ProofFile {
  readonly path: string;
  readonly content: AsyncIterable<string>;
}

/** The most failing findings that the page shows. */
const MOST_SHOWN = 500;

function caveatsFor(run: RunRow, { before, after }: Awaited<ReturnType<typeof runScans>>): string[] {
  return [
    ...(isOver(run.state) ? [] : [`the run is ${run.state}: more may happen after this`]),
    ...(before ? [] : ['no scan was recorded in this run']),
    ...(before && !after ? ['no scan was made afterwards: nothing here shows that a finding is gone'] : []),
  ];
}

/** Reads both scans once for what the page and the table of controls say of them. */
async function lookAt({ db }: AuthorityContext, { before, after }: Awaited<ReturnType<typeof runScans>>) {
  const table = controlTable();
  const failingBefore: Finding[] = [];
  const statuses = new Map<string, Finding['status']>();
  let [failingBeforeCount, failingAfterCount] = [0, 0];
  for await (const finding of findingsIn(db, before)) {
    table.add('before', finding);
    if (finding.status !== 'FAIL') continue;
    failingBeforeCount += 1;
    if (failingBefore.length < MOST_SHOWN) failingBefore.push(finding);
  }
  const shown = new Set(failingBefore.map(({ identity }) => identity));
  for await (const finding of findingsIn(db, after)) {
    table.add('after', finding);
    if (finding.status === 'FAIL') failingAfterCount += 1;
    if (shown.has(finding.identity)) statuses.set(finding.identity, finding.status);
  }
  return { failingBefore, after: statuses, failingBeforeCount, failingAfterCount, controls: table.lines() };
}

async function toldOf(context: AuthorityContext, run: RunRow): Promise<Told> {
  const { db, key } = context;
  const scans = await runScans(db, run.id);
  const entries = await readKind(db, run.id, 'decision.recorded');
  const decisions = entries.map(({ body }) => DecisionRecord.parse(body));
  const fingerprint = fingerprintOf(createPublicKey(key.publicKeyPem));
  const of = {
    v: 1 as const,
    type: 'belay/proof' as const,
    run: run.id,
    runbook: run.runbook,
    runbookHash: run.runbook_hash,
    target: run.target,
    requester: `${run.requester.name} (${run.requester.id})`,
    state: run.state,
    outcome: run.outcome,
    verdict: run.verdict,
    summary: run.summary,
    bundles: [...new Set(decisions.map(({ bundle }) => bundle))],
    decidedBy: decisions.map(({ standing, person, decision, gate, at }) => ({
      person: standing.person,
      identity: person.id,
      decision,
      gate,
      at,
    })),
    ...scans,
    madeAt: context.now().toISOString(),
    caveats: [...caveatsFor(run, scans), ...(await caveatsOf(context))],
  };
  const exceptions = await runExceptions(context, [scans.before, scans.after]);
  return { of, fingerprint, decisions, exceptions, ...(await lookAt(context, scans)) };
}

async function* filesOf(context: AuthorityContext, told: Told): AsyncGenerator<ProofFile> {
  const { db } = context;
  const parts: Record<ProofPart, () => AsyncIterable<string>> = {
    'findings-before.json': () => jsonArray(findingsIn(db, told.of.before)),
    'findings-after.json': () => jsonArray(findingsIn(db, told.of.after)),
    'controls.json': () => jsonArray(told.controls),
    'decisions.json': () => jsonArray(told.decisions),
    'exceptions.json': () => jsonArray(told.exceptions),
    'index.html': async function* () {
      yield* proofHtml(told);
    },
  };
  for (const [path, content] of Object.entries(parts)) yield { path, content: content() };
  for await (const { path, content } of exportLedger(context, { run: told.of.run }))
    yield { path: `${LEDGER_FOLDER}${path}`, content };
}

/**
 * What one run shows to somebody who trusts nobody here: findings before and after, controls, decisions, exceptions and
 * its whole record, as files that can be checked without this Belay; the signed manifest last. Each content must be read
 * to its end before the next file is asked for.
 */
export async function* exportProof(context: AuthorityContext, run: RunRow): AsyncGenerator<ProofFile> {
  const told = await toldOf(context, run);
  const files: Record<string, { sha256: string; bytes: number }> = {};
  for await (const { path, content } of filesOf(context, told)) {
    const hash = createHash('sha256');
    let bytes = 0;
    yield {
      path,
      content: (async function* () {
        for await (const chunk of content) {
          hash.update(chunk);
          bytes += Buffer.byteLength(chunk);
          yield chunk;
        }
        files[path] = { sha256: hash.digest('hex'), bytes };
      })(),
    };
  }
  const unsigned = { ...told.of, files, keyId: context.key.keyId, fingerprint: told.fingerprint };
  const manifest: ProofManifest = { ...unsigned, signature: context.key.sign(proofPart(unsigned)) };
  yield {
    path: PROOF_MANIFEST,
    content: (async function* () {
      yield `${canonicalJson(manifest)}\n`;
    })(),
  };
}
