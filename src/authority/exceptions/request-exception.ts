import { randomBytes } from 'node:crypto';
import { closest } from 'fastest-levenshtein';
import ms from 'ms';
import { nameOfIdentity } from '../../domain/directory.ts';
import { type Exception, ExceptionTerms } from '../../domain/exception.ts';
import { idFromBytes } from '../../domain/ids.ts';
import type { Person } from '../../domain/person.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { secretArguments } from '../../platform/secrets/secret-arguments.ts';
import type { AuthorityContext } from '../context.ts';
import { openOwnGate } from '../gates/open-own-gate.ts';
import { append } from '../ledger/append.ts';
import { standInRun } from '../runs/stand-in.ts';
import { exceptedText, subjectOf } from './exception-terms.ts';
import { exceptionViews } from './exception-view.ts';

/** Longer than this it is no exception; whoever still needs it then asks again, and says why again. */
export const LONGEST = ms('366d');

/** What stands for an exception in lists. */
const EXCEPTION_RUNBOOK = 'belay/exception';

/** `invalid`: each problem names its field. */
export type ExceptionAnswer =
  | { answer: 'requested'; exception: Exception }
  | { answer: 'invalid'; problems: { field: string; message: string }[] };

function problemsOf(context: AuthorityContext, terms: ExceptionTerms) {
  const now = context.now().getTime();
  const until = Date.parse(terms.until);
  const problem = (when: boolean, field: string, message: string) => (when ? [{ field, message }] : []);
  const runbooks = context.manifest.runbooks.map(({ name }) => name);
  const unknown = terms.runbook !== null && !runbooks.includes(terms.runbook);
  const near = unknown && runbooks.length > 0 ? `; did you mean ${closest(terms.runbook ?? '', runbooks)}?` : '';
  return [
    ...problem(terms.check === null && terms.runbook === null, 'check', 'name a check, a runbook, or both'),
    ...problem(unknown, 'runbook', `there is no runbook "${terms.runbook}"${near}`),
    ...problem(until <= now, 'until', 'is over already'),
    ...problem(until - now > LONGEST, 'until', 'is more than a year away; ask again when it ends'),
  ];
}

const trimmed = (terms: ExceptionTerms): ExceptionTerms => ({
  ...terms,
  owner: terms.owner.trim(),
  reason: terms.reason.trim(),
  control: terms.control.trim(),
});

async function open(trx: Trx, context: AuthorityContext, terms: ExceptionTerms, by: Person) {
  const now = context.now();
  const id = idFromBytes('x', randomBytes(6));
  const run = idFromBytes('r', randomBytes(8));
  const { resource, check, runbook, owner, reason, control, until } = terms;
  const stand = {
    run,
    runbook: EXCEPTION_RUNBOOK,
    id,
    title: 'Exception',
    target: resource,
    by,
    summary: reason,
    now,
  } as const;
  await trx
    .insertInto('runs')
    .values(standInRun({ ...stand, input: { exception: id, ...terms } }))
    .execute();
  const row = await trx
    .insertInto('exceptions')
    .values({
      id,
      resource,
      check_id: check,
      runbook,
      owner,
      reason,
      control,
      until: new Date(until),
      by: JSON.stringify(by),
      run,
      requested_at: now,
      approved_at: null,
      approval: null,
      revoked_at: null,
      revocation: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await append(trx, now, run, 'exception.requested', { exception: id, ...terms, by });
  const { directory, policy } = context.bundle();
  const rule = policy.own('except');
  const ownerName = Object.hasOwn(directory.people, owner) ? owner : nameOfIdentity(directory, owner);
  await openOwnGate(trx, context, {
    kind: 'exception',
    run,
    subject: subjectOf(id, terms),
    question: `${by.name} asks to except ${exceptedText(terms)} until ${until}: ${reason}. What is done about the risk meanwhile: ${control}. ${owner} answers for it.`,
    options: [{ id: 'except', title: `Leave it as it is until ${until.slice(0, 10)}` }],
    // Whoever answers for it has asked for it, too.
    alsoAsked: ownerName === undefined ? [] : [ownerName],
    requirement: {
      ...rule,
      breakGlass: [],
      // An approval of what is over by then would say nothing.
      expiresAfterMs: Math.min(rule.expiresAfterMs, Date.parse(until) - now.getTime()),
    },
  });
  return row;
}

/** Asks for an exception. Anyone who is signed in may; in force it is when its gate is approved by whom policy names. */
export async function requestException(
  context: AuthorityContext,
  given: ExceptionTerms,
  by: Person,
): Promise<ExceptionAnswer> {
  const parsed = ExceptionTerms.safeParse(trimmed(given));
  if (!parsed.success)
    return {
      answer: 'invalid',
      problems: parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message })),
    };
  const terms = { ...parsed.data, until: new Date(parsed.data.until).toISOString() };
  const { owner, reason, control } = terms;
  const problems = [...problemsOf(context, terms), ...(await secretArguments({ owner, reason, control }))];
  if (problems.length > 0) return { answer: 'invalid', problems };
  const row = await context.db.transaction().execute((trx) => open(trx, context, terms, by));
  context.poke();
  const [exception] = await exceptionViews(context.db, context, [row]);
  if (!exception) throw new Error(`exception ${row.id} has no view`);
  return { answer: 'requested', exception };
}
