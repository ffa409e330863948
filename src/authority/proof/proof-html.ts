import type { ControlLine } from '../../domain/control-table.ts';
import type { DecisionRecord } from '../../domain/decision.ts';
import type { Finding } from '../../domain/finding.ts';
import type { ProofManifest, ProofScan } from '../../domain/proof-pack.ts';
import { escaped, facts, PAGE_END, pageStart } from '../ledger/export/html.ts';
import type { ProvenException } from './run-exceptions.ts';

/** A page is for reading; what it leaves out is in the files beside it. */
const MOST_ROWS = 500;

/** What there is to tell, as far as it is known before the files are hashed. */
export interface Told {
  readonly of: Omit<ProofManifest, 'files' | 'keyId' | 'fingerprint' | 'signature'>;
  readonly fingerprint: string;
  readonly failingBefore: readonly Finding[];
  readonly after: ReadonlyMap<string, Finding['status']>;
  readonly failingBeforeCount: number;
  readonly failingAfterCount: number;
  readonly controls: readonly ControlLine[];
  readonly decisions: readonly DecisionRecord[];
  readonly exceptions: readonly ProvenException[];
}

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><tr>${heads.map((head) => `<th>${escaped(head)}</th>`).join('')}</tr>\n${rows
    .map((cells) => `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>\n`)
    .join('')}</table>\n`;

const cut = (all: number, shown: number, file: string): string =>
  all > shown ? `<p class="quiet">${all - shown} more are in <code>${file}</code>.</p>\n` : '';

const scanText = (scan: ProofScan | null): string =>
  scan
    ? `${scan.scanner}${scan.version === null ? '' : ` ${scan.version}`} through ${scan.source}, made at ${scan.madeAt ?? 'a time it does not say'}, ${scan.findings} findings (${scan.digest})`
    : 'none was made';

const AFTER: Readonly<Record<Finding['status'], string>> = {
  PASS: 'passes',
  FAIL: 'still fails',
  MANUAL: 'cannot be told by the scanner',
  MUTED: 'muted in the scanner',
};

function* findingsPart({ failingBefore, failingBeforeCount, failingAfterCount, after, of }: Told): Generator<string> {
  yield '<h2>Findings</h2>\n';
  yield facts([
    ['before', `${failingBeforeCount} failing; ${scanText(of.before)}`],
    ['after', of.after ? `${failingAfterCount} failing; ${scanText(of.after)}` : scanText(null)],
  ]);
  if (failingBefore.length === 0) return;
  const rows = failingBefore.map(({ identity, severity, check, resource, account, region, detail }) => {
    const status = after.get(identity);
    const now = of.after === null ? 'not looked at' : status === undefined ? 'not found any more' : AFTER[status];
    return [severity, check, resource.name, `${account ?? '-'} / ${region ?? '-'}`, detail, now];
  });
  yield table(['severity', 'check', 'resource', 'account / region', 'before', 'after'], rows);
  yield cut(failingBeforeCount, failingBefore.length, 'findings-before.json');
}

const STATES: Readonly<Record<ControlLine['state'], string>> = {
  met: 'met',
  'not-met': 'NOT MET',
  'not-shown': 'not shown',
};

function* controlsPart({ controls }: Told): Generator<string> {
  yield '<h2>Controls</h2><p class="quiet">By the scanner’s own maps. “Not shown” means that the scan afterwards says nothing of it.</p>\n';
  // What failed, or still does, is what somebody reads this for.
  const telling = controls.filter(({ before, after }) => before.fail > 0 || after.fail > 0);
  const shown = telling.slice(0, MOST_ROWS);
  const rows = shown.map(({ framework, id, before, after, state }) => [
    framework,
    id,
    `${before.fail} failing, ${before.pass} passing`,
    `${after.fail} failing, ${after.pass} passing`,
    STATES[state],
  ]);
  yield rows.length === 0
    ? '<p>No requirement had a failing finding.</p>\n'
    : table(['framework', 'requirement', 'before', 'after', 'now'], rows);
  yield cut(controls.length, shown.length, 'controls.json');
}

function* peoplePart({ decisions, exceptions }: Told): Generator<string> {
  yield '<h2>Decisions</h2>\n';
  const said = decisions.map((one) => [
    one.at,
    `${one.standing.person} (${one.person.name}, ${one.person.id})`,
    `${one.person.door}${one.strength === 'step-up' ? ', with their passkey' : ''}`,
    `${one.decision} ${one.option}`,
    one.reason ?? '',
    one.digest,
  ]);
  yield said.length === 0
    ? '<p>Nobody had to decide anything.</p>\n'
    : table(['when', 'who', 'through', 'said', 'reason', 'of exactly'], said.slice(0, MOST_ROWS));
  yield '<h2>Exceptions</h2>\n';
  const rows = exceptions.map((one) => [
    one.id,
    one.state,
    one.resource,
    [one.check, one.runbook].filter(Boolean).join(', '),
    one.until,
    one.owner,
    one.reason,
    one.control,
  ]);
  yield rows.length === 0
    ? '<p>None is about anything in these scans.</p>\n'
    : table(['id', 'state', 'resource', 'from', 'until', 'owner', 'why', 'meanwhile'], rows.slice(0, MOST_ROWS));
}

/** The pack for people: what was found, decided, done, and what came of it. It loads nothing and runs nothing. */
export function* proofHtml(told: Told): Generator<string> {
  const { of, fingerprint } = told;
  yield pageStart(`Proof of run ${of.run} · Belay`);
  yield `<h1>${escaped(`${of.runbook}: ${of.target}`)}</h1><p class="quiet">This page is for reading. What is checked is the whole folder: <code>belay proof verify &lt;this folder&gt; --key &lt;fingerprint&gt;</code>, with the fingerprint from somebody you trust, not from here.</p>\n`;
  yield facts([
    ['run', of.run],
    ['asked for by', of.requester],
    ['outcome', [of.state, of.outcome, of.summary].filter(Boolean).join(', ')],
    ['verified', of.verdict ?? 'not'],
    ['decided by', [...new Set(of.decidedBy.map(({ person }) => person))].join(', ') || 'nobody'],
    ['under bundle', of.bundles.join(', ')],
    ['made at', of.madeAt],
    ['signed with', fingerprint],
  ]);
  for (const caveat of of.caveats) yield `<p class="loud">${escaped(caveat)}</p>\n`;
  yield* findingsPart(told);
  yield* controlsPart(told);
  yield* peoplePart(told);
  yield '<p class="quiet">The run’s whole record, entry by entry, is in <a href="ledger/index.html">ledger/</a>.</p>\n';
  yield PAGE_END;
}
