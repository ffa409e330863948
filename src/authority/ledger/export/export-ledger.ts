import { createHash } from 'node:crypto';
import type { ChainHead } from '../../../domain/chain-head.ts';
import { canonicalJson } from '../../../domain/digest.ts';
import type { LedgerEntry } from '../../../domain/ledger.ts';
import { SYSTEM_CHAIN } from '../../../domain/ledger.ts';
import {
  BUNDLE_FILES,
  type BundleFile,
  type BundleManifest,
  type ExportScope,
  MANIFEST_FILE,
  manifestPart,
} from '../../../domain/ledger-bundle.ts';
import type { AuthorityContext } from '../../context.ts';
import { caveatsOf } from '../caveats.ts';
import { readChain } from '../read.ts';
import { escaped, facts, PAGE_END, pageStart } from './html.ts';
import { proofsOf } from './proofs.ts';
import { runHtml } from './run-html.ts';
import { chainsOf } from './scope.ts';

/** A file of a bundle. Its content comes as it is read; the next file begins when it has ended. */
export interface ExportedFile {
  readonly path: BundleFile | typeof MANIFEST_FILE;
  readonly content: AsyncIterable<string>;
}

type Lines = AsyncIterable<unknown>;

async function* jsonLines(values: Lines | Iterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield `${canonicalJson(value)}\n`;
}

/** Entries as far as the heads went when the export began: later ones are another export's. */
async function* chains(context: AuthorityContext, heads: readonly ChainHead[]) {
  for (const { chain, seq } of heads) {
    const entries = await readChain(context.db, chain);
    yield { chain, entries: entries.slice(0, seq) };
  }
}

async function* entriesOf(context: AuthorityContext, heads: readonly ChainHead[]): AsyncGenerator<LedgerEntry> {
  for await (const { entries } of chains(context, heads)) yield* entries;
}

/** All numbers from the first to the last that these chains have, so that a gap between them would show. */
async function* numbersOf({ db }: AuthorityContext, heads: readonly ChainHead[]) {
  const names = heads.map(({ chain }) => chain);
  if (names.length === 0) return;
  const { first, last } = await db
    .selectFrom('sequence')
    .select((eb) => [eb.fn.min('number').as('first'), eb.fn.max('number').as('last')])
    .where('chain', 'in', names)
    .executeTakeFirstOrThrow();
  for (let from = first; from !== null && from <= last; from += 1000) {
    const rows = db
      .selectFrom('sequence')
      .selectAll()
      .where('number', '>=', from)
      .where('number', '<', from + 1000);
    yield* await rows.where('number', '<=', last).orderBy('number').execute();
  }
}

async function* page(
  context: AuthorityContext,
  scope: ExportScope,
  heads: readonly ChainHead[],
  caveats: readonly string[],
): AsyncGenerator<string> {
  const title = 'run' in scope ? `Run ${scope.run}` : `Record from ${scope.from} to ${scope.to}`;
  yield pageStart(`${title} · Belay`);
  yield `<h1>${escaped(title)}</h1><p class="quiet">This page is for reading. What is checked is in the files beside it: <code>belay ledger verify &lt;this folder&gt; --key &lt;fingerprint&gt;</code>, with the fingerprint from somebody you trust, not from here.</p>\n`;
  yield facts([
    ['made at', context.now().toISOString()],
    ['signed with', context.key.keyId],
    ['runs', String(heads.filter(({ chain }) => chain !== SYSTEM_CHAIN).length)],
  ]);
  for (const caveat of caveats) yield `<p class="loud">${escaped(caveat)}</p>\n`;
  for await (const { chain, entries } of chains(context, heads)) yield* runHtml(chain, entries);
  yield PAGE_END;
}

/**
 * A bundle that can be checked without this Belay: the files in order, the signed manifest last. Each content must be
 * read to its end before the next file is asked for. Memory stays flat but for one chain at a time.
 */
export async function* exportLedger(context: AuthorityContext, scope: ExportScope): AsyncGenerator<ExportedFile> {
  const { db, key } = context;
  const heads = await chainsOf(db, scope);
  const caveats = await caveatsOf(context);
  const proofs = await proofsOf(db, heads);
  const first = Math.min(...proofs.map(({ checkpoint }) => checkpoint));
  const checkpoints = Number.isFinite(first)
    ? await db.selectFrom('checkpoints').select('record').where('number', '>=', first).orderBy('number').execute()
    : [];
  const once = async function* (text: string) {
    yield text;
  };
  const files: Record<BundleFile, AsyncIterable<string>> = {
    'entries.jsonl': jsonLines(entriesOf(context, heads)),
    'sequence.jsonl': jsonLines(numbersOf(context, heads)),
    'checkpoints.jsonl': jsonLines(checkpoints.map(({ record }) => record)),
    'proofs.jsonl': jsonLines(proofs),
    'keys.pem': once(key.ringPem),
    'index.html': page(context, scope, heads, caveats),
  };
  const unread = { sha256: '', bytes: 0 };
  const hashes = {
    'entries.jsonl': unread,
    'sequence.jsonl': unread,
    'checkpoints.jsonl': unread,
    'proofs.jsonl': unread,
    'keys.pem': unread,
    'index.html': unread,
  } satisfies BundleManifest['files'];
  for (const path of BUNDLE_FILES) {
    const hash = createHash('sha256');
    let bytes = 0;
    yield {
      path,
      content: (async function* () {
        for await (const chunk of files[path]) {
          hash.update(chunk);
          bytes += Buffer.byteLength(chunk);
          yield chunk;
        }
        hashes[path] = { sha256: hash.digest('hex'), bytes };
      })(),
    };
  }
  const unsigned = {
    v: 1 as const,
    type: 'belay/export' as const,
    scope,
    madeAt: context.now().toISOString(),
    runs: heads.filter(({ chain }) => chain !== SYSTEM_CHAIN).length,
    entries: heads.reduce((sum, { seq }) => sum + seq, 0),
    files: hashes,
    caveats,
    keyId: key.keyId,
  };
  const manifest: BundleManifest = { ...unsigned, signature: key.sign(manifestPart(unsigned)) };
  yield { path: MANIFEST_FILE, content: once(`${canonicalJson(manifest)}\n`) };
}
