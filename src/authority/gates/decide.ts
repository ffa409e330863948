import type { DecisionAnswer, DecisionRequest } from '../../domain/decision.ts';
import type { Person } from '../../domain/person.ts';
import { again } from '../../platform/database/again.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { standingOf } from '../people/standing.ts';
import { secretArguments } from '../../platform/secrets/secret-arguments.ts';
import { judgeDecision } from './judge-decision.ts';
import { refuse } from './may-decide.ts';

/**
 * One transaction: checks, row, signature, ledger, outbox. That answers the person, also while Temporal is down.
 * A refusal changes nothing but the record, which names who tried what.
 */
export async function decide(
  context: AuthorityContext,
  id: string,
  request: DecisionRequest,
  person: Person,
): Promise<DecisionAnswer> {
  // Not taken out: a passkey may have signed exactly these words.
  const telltale = await secretArguments({ reason: request.reason ?? '' });
  if (telltale.length > 0)
    return refuse('invalid', 'reason: it looks like it holds a secret, and it is kept for good; say it without.');
  // Asks outside sources, perhaps; whoever changes groups between here and the commit is caught by the grant.
  const known = await standingOf(context, person);
  const { hash } = context.bundle();
  const answer = await again(() =>
    context.db.transaction().execute(async (trx) => {
      await context.bundles?.().follow(trx);
      // Who they are was looked up by another bundle.
      if (context.bundle().hash !== hash) return undefined;
      const result = await judgeDecision(trx, context, id, request, person, known);
      if (result.answer === 'refused' && result.why !== 'unknown-gate') {
        const { run } = await trx.selectFrom('gates').select('run').where('id', '=', id).executeTakeFirstOrThrow();
        const { decision, digest } = request;
        const { why, message } = result;
        const refused = { gate: id, decision, digest, person, why, message };
        await append(trx, context.now(), run, 'decision.refused', refused);
      }
      return result;
    }),
  );
  if (answer === undefined) return await decide(context, id, request, person);
  context.poke();
  return answer;
}
