/**
 * How soon the random gate stories find faults that are planted in the authority, one at a time, without the fixed
 * examples. Plants in a copy of the sources. Prints, for each fault, after how many stories each seed found it.
 *
 *   nice node bench/planted-faults.ts [seeds=3] [stories=250] [only=<part of a name>] [shard=0/2]
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Edit {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

const edit = (file: string, find: string, put: string): Edit => ({ file: `src/${file}`, find, put });

/** Where two checks stand behind each other, both are taken out: one of them alone is no fault yet. */
const FAULTS: Readonly<Record<string, readonly Edit[]>> = {
  'a halt stops no grant': [
    edit('authority/grants/may-begin.ts', 'return halt && refused(', 'return false && halt && refused('),
  ],
  'approved during a halt': [
    edit('authority/gates/judge-decision.ts', 'if (frozen !== null) return', 'if (false) return'),
  ],
  'the rule of now is not asked': [
    edit('authority/grants/approval.ts', 'const rules = [gate.requirement, now];', 'const rules = [gate.requirement];'),
  ],
  'the rule of opening is not asked': [
    edit('authority/grants/approval.ts', 'const rules = [gate.requirement, now];', 'const rules = [now];'),
    edit('authority/gates/rules-of.ts', 'each: [opening, now]', 'each: [now]'),
  ],
  'what policy forbids now is granted': [
    edit(
      'authority/grants/approval.ts',
      "if ('forbidden' in now) return refused(",
      "if ('forbidden' in now) now = gate.requirement; if (false) return refused(",
    ),
    edit('authority/grants/approval.ts', 'const now = phase', 'let now = phase'),
    edit('authority/grants/approval.ts', '${now.forbidden}', ''),
    edit('authority/gates/revoke-approvals.ts', 'if (rules.forbidden !== null) return', 'if (false) return'),
    edit('authority/gates/rules-of.ts', 'if (rules.forbidden !== null) return', 'if (false) return'),
  ],
  'who asked may approve': [
    edit('domain/quorum.ts', '(requirement.selfApproval || !requesters.includes(one.standing.person))', 'true'),
    edit('authority/gates/may-decide.ts', 'if (!requirement.selfApproval && requesters', 'if (false && requesters'),
  ],
  'who edited may approve': [edit('authority/gates/asked-of.ts', '[requester, ...gate.also_asked]', '[requester]')],
  'one person fills two places': [
    edit('domain/requirement.ts', 'if (sitting !== undefined && !seat(sitting, tried)) continue;', 'void sitting;'),
    edit(
      'domain/requirement.ts',
      'return places.filter((_, place) => !filledBy.has(place));',
      'return places.filter((group) => !people.some(({ groups }) => groups.includes(group)));',
    ),
  ],
  'what was revoked counts': [
    edit(
      'authority/gates/decisions-on.ts',
      '.filter((one) => !revoked.has(one.number) && revokedSince(directory, one) === undefined)',
      '.filter(() => revoked.size >= 0)',
    ),
    edit(
      'authority/gates/decisions-on.ts',
      '.map((one) => stillListed(directory, one))',
      '.map((one) => (directory ? one : stillListed(directory, one)))',
    ),
  ],
  'a drifted target is acted on': [
    edit(
      'authority/grants/execute-problem.ts',
      'if (canonicalJson(request.observed) !== canonicalJson(preview.precondition))',
      'if (false)',
    ),
    edit(
      'authority/grants/execute-problem.ts',
      'return digest === action.digest ? undefined',
      'return digest ? undefined',
    ),
  ],
  'no lock is needed': [
    edit(
      'authority/grants/may-begin.ts',
      '(await lockProblem(trx, action))',
      '(await lockProblem(trx, action).then(() => undefined))',
    ),
  ],
  'a lease is taken over while it runs': [
    edit('authority/grants/grant.ts', 'return left > 0 ?', 'return left > 1e15 ?'),
  ],
  'an older fence records': [
    edit('authority/grants/outcome.ts', 'if (intent.fence !== fence || !unknown)', 'if (!unknown)'),
  ],
  'an old approval is used': [
    edit(
      'authority/grants/execute-problem.ts',
      "gate.state === 'approved' && now.getTime()",
      "gate.state === 'open' && now.getTime()",
    ),
  ],
  'an expired gate is decided': [
    edit('authority/gates/judge-decision.ts', 'if (expires <= now) return', 'if (false) return'),
  ],
  'a cancelled run begins more': [
    edit('authority/grants/may-begin.ts', "if (run.cancel && phase === 'execute')", 'if (false)'),
  ],
  'an option is begun in the middle': [
    edit(
      'authority/grants/execute-problem.ts',
      'if (before.length === 0) return undefined;',
      'if (before.length >= 0) return undefined;',
    ),
  ],
  'what nobody asks for is undone': [
    edit(
      'authority/grants/undo-problem.ts',
      "if (run.cancel !== null || run.verdict === 'failed') return true;",
      'if (run) return true;',
    ),
  ],
  'forced without a passkey': [
    edit('authority/gates/carry-decision.ts', "request.decision === 'break-glass' || ", ''),
    edit('authority/grants/approval.ts', "strength === 'step-up' &&", ''),
    edit('authority/grants/approval.ts', '({ decision, strength, standing })', '({ decision, standing })'),
  ],
  'forced without an incident': [
    edit('authority/gates/force.ts', 'if (!(await incidentOf(trx, run)).open)', 'if (!(await incidentOf(trx, run)))'),
  ],
  'forced by whom the rule of now does not let': [
    edit(
      'domain/requirement.ts',
      '.filter((group) => b.breakGlass.includes(group))',
      '.filter(() => b.breakGlass.length >= 0)',
    ),
    edit('authority/grants/approval.ts', 'rules.every(({ breakGlass })', 'rules.some(({ breakGlass })'),
  ],
  'forced by anybody in a group': [
    edit('authority/gates/may-decide.ts', 'if (!own.some((group) => groups.includes(group)))', 'if (own.length === 0)'),
    edit(
      'authority/grants/approval.ts',
      'standing.memberships.some(({ group }) => breakGlass.includes(group))',
      'standing.memberships.length > 0 && breakGlass.length > 0',
    ),
  ],
  'forced, and nobody reviews it': [
    edit('authority/gates/force.ts', 'await openReview(', 'if (false) await openReview('),
  ],
  'escalated at once': [
    edit('authority/gates/do-what-is-due.ts', 'afterMs <= waited && !gate', 'afterMs >= 0 && waited >= 0 && !gate'),
  ],
  'who is asked too fills every place': [
    edit('domain/requirement.ts', 'inPlaceOf ?? needs.map', 'undefined ?? needs.map'),
    edit(
      'domain/requirement.ts',
      ": Pick<Requirement, 'needs'>, { inPlaceOf }: Escalation): string[] =>",
      ": Pick<Requirement, 'needs'>, _: Escalation): string[] =>",
    ),
  ],
  'a group is asked too before it was': [
    edit(
      'domain/quorum.ts',
      'escalatedTo.includes(group) && own.includes(group)',
      'escalatedTo && own.includes(group)',
    ),
  ],
  'a freeze asks for nobody more': [
    edit('authority/policy/policy-request-of.ts', 'await freezesOver(db, context, now, scoped)', '[]'),
  ],
  'a withdrawn gate is used': [
    edit('authority/grants/approval.ts', "['approved', 'executing']", "['approved', 'executing', 'void']"),
    edit('authority/ledger/gate-record.ts', 'if (closing) return', 'if (closing && gate === "") return'),
  ],
};

const given = Object.fromEntries(process.argv.slice(2).map((one) => one.split('=')));
const seeds = Number(given['seeds'] ?? 3);
const stories = Number(given['stories'] ?? 250);
const only = given['only'] ?? '';
const [shard = 0, shards = 1] = (given['shard'] ?? '0/1').split('/').map(Number);

const root = join(import.meta.dirname, '..');
const copy = mkdtempSync(join(tmpdir(), 'belay-planted-'));
for (const name of ['src', 'test', 'policies', 'package.json', 'jest.config.mjs'])
  cpSync(join(root, name), join(copy, name), { recursive: true });
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

function plant(edits: readonly Edit[]): void {
  for (const { file, find, put } of edits) {
    const text = readFileSync(join(copy, file), 'utf8');
    if (text.split(find).length !== 2) throw new Error(`${file} holds this not exactly once: ${find}`);
    writeFileSync(
      join(copy, file),
      text.replace(find, () => put),
    );
  }
}

/** After how many stories one seed found it, and what it said; null where none did. */
function tell(seed: number): { after: number | null; said: string } {
  const env = {
    ...process.env,
    BELAY_STORIES: String(stories),
    BELAY_STORIES_EXAMPLES: 'none',
    BELAY_SEED: String(seed),
  };
  const args = ['--selectProjects', 'real', '--testPathPatterns', 'test/authority/stories', '-t', 'at most one effect'];
  const { stdout, stderr } = spawnSync('npm', ['test', '--', ...args], { cwd: copy, env, encoding: 'utf8' });
  const text = `${stdout}${stderr}`;
  const after = /Property failed after (\d+) tests/.exec(text)?.[1];
  if (after === undefined && !text.includes('1 passed')) throw new Error(text.slice(0, 3000));
  return {
    after: after === undefined ? null : Number(after),
    said: /\+\s+"(entry[^"]*|[^"]* happened[^"]*)"/.exec(text)?.[1] ?? '',
  };
}

const missed: string[] = [];
try {
  for (const [name, edits] of Object.entries(FAULTS).filter(
    ([name], at) => name.includes(only) && at % shards === shard,
  )) {
    plant(edits);
    const found = Array.from({ length: seeds }, (_, at) => tell(1000 + at));
    if (found.some(({ after }) => after === null)) missed.push(name);
    const after = found.map((one) => one.after ?? `not in ${stories}`).join(', ');
    process.stdout.write(`${name}: ${after}  (${found[0]?.said ?? ''})\n`);
    for (const { file } of edits) cpSync(join(root, file), join(copy, file));
  }
} finally {
  rmSync(copy, { recursive: true });
}
process.stdout.write(missed.length === 0 ? 'each was found by each seed\n' : `missed: ${missed.join('; ')}\n`);
process.exitCode = missed.length === 0 ? 0 : 1;
