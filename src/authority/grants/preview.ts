import { actionDigest, Preview } from '../../domain/action.ts';
import { Failure } from '../../domain/failure.ts';
import { actionIdOf } from '../../domain/ids.ts';
import { queueOf } from '../../domain/queue.ts';
import { secretArguments } from '../../platform/secrets/secret-arguments.ts';
import type { AuthorityContext } from '../context.ts';
import { voidGatesOf } from '../gates/close-gate.ts';
import { append } from '../ledger/append.ts';
import { enqueue } from '../outbox/enqueue.ts';
import type { RequestOf, ResponseOf } from '../protocol.ts';
import { openRun } from '../runs/known-run.ts';
import { sealOf } from './seal-preview.ts';

/**
 * Takes what a tools worker saw. The same content again answers the same. Other content under an action id that has
 * not begun replaces it and voids what people were shown; once it has begun the first preview stands.
 */
export async function recordPreview(
  context: AuthorityContext,
  request: RequestOf<'preview'>,
): Promise<ResponseOf<'preview'>> {
  // Digests are taken over the stored form, so what may be left out is filled in before anything looks at it.
  const preview = Preview.parse(request.preview);
  const secrets = await secretArguments(preview.args);
  if (secrets.length > 0)
    throw new Failure('stop.invalid-input', secrets.map(({ field, message }) => `args.${field} ${message}`).join('; '));
  const now = context.now();
  const id = actionIdOf(request.run, request.sequence);
  const digest = actionDigest(preview);
  const answer = await context.db.transaction().execute(async (trx) => {
    const run = await openRun(trx, request);
    const runbook = context.manifest.runbooks.find((entry) => entry.name === run.runbook);
    if (!runbook?.tools.includes(preview.tool))
      throw new Failure('stop.forbidden', `${run.runbook} does not name the tool ${preview.tool}`);
    const begun = await trx.selectFrom('intents').select('digest').where('action', '=', id).executeTakeFirst();
    const before = await trx.selectFrom('actions').select('digest').where('id', '=', id).executeTakeFirst();
    if (before && (begun || before.digest === digest)) return { id, digest: before.digest };
    if (before) {
      await voidGatesOf(trx, now, run.id, `${id} is something else now than what was shown.`);
      // The run waits for people who can no longer decide; it would notice at its next reminder only.
      await enqueue(trx, now, 'run.wake', run.id);
    }
    const row = {
      digest,
      tool: preview.tool,
      target_key: preview.target.key,
      queue: queueOf(preview.target.system, preview.target.connection),
      preview: JSON.stringify(preview),
      seal: JSON.stringify(sealOf(context.key, id, preview)),
      previewed_at: now,
    };
    await trx
      .insertInto('actions')
      .values({ id, run: run.id, seq: request.sequence, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
    const { tool, args, target, sentence, precondition } = preview;
    await append(trx, now, run.id, 'action.previewed', {
      action: id,
      digest,
      tool,
      args,
      target,
      sentence,
      precondition,
    });
    return { id, digest };
  });
  context.poke();
  return answer;
}
