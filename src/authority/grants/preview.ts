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
import type { Trx } from '../../platform/database/connect.ts';
import { openRun } from '../runs/known-run.ts';
import { sealOf } from './seal-preview.ts';

/** A tool that its runbook does not name is nothing it may propose, whoever says so. */
export function refuseUnnamed({ manifest }: Pick<AuthorityContext, 'manifest'>, name: string, tool: string): void {
  const runbook = manifest.runbooks.find((entry) => entry.name === name);
  if (!runbook?.tools.includes(tool)) throw new Failure('stop.forbidden', `${name} does not name the tool ${tool}`);
}

/** Arguments that look like a secret are stored nowhere. */
export async function refuseSecrets({ args }: Preview): Promise<void> {
  const secrets = await secretArguments(args);
  if (secrets.length > 0)
    throw new Failure('stop.invalid-input', secrets.map(({ field, message }) => `args.${field} ${message}`).join('; '));
}

/** Writes what was seen under the ids of these actions, sealed; in the place of what was seen before. */
export async function writeActions(
  trx: Trx,
  { key, now }: Pick<AuthorityContext, 'key' | 'now'>,
  run: string,
  seen: readonly { sequence: number; preview: Preview }[],
): Promise<void> {
  if (seen.length === 0) return;
  const rows = seen.map(({ sequence, preview }) => {
    const id = actionIdOf(run, sequence);
    return {
      id,
      run,
      seq: sequence,
      digest: actionDigest(preview),
      tool: preview.tool,
      target_key: preview.target.key,
      queue: queueOf(preview.target.system, preview.target.connection),
      preview: JSON.stringify(preview),
      seal: JSON.stringify(sealOf(key, id, preview)),
      previewed_at: now(),
    };
  });
  await trx
    .insertInto('actions')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        digest: eb.ref('excluded.digest'),
        tool: eb.ref('excluded.tool'),
        target_key: eb.ref('excluded.target_key'),
        queue: eb.ref('excluded.queue'),
        preview: eb.ref('excluded.preview'),
        seal: eb.ref('excluded.seal'),
        previewed_at: eb.ref('excluded.previewed_at'),
      })),
    )
    .execute();
}

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
  await refuseSecrets(preview);
  const now = context.now();
  const id = actionIdOf(request.run, request.sequence);
  const digest = actionDigest(preview);
  const answer = await context.db.transaction().execute(async (trx) => {
    const run = await openRun(trx, request);
    refuseUnnamed(context, run.runbook, preview.tool);
    const begun = await trx.selectFrom('intents').select('digest').where('action', '=', id).executeTakeFirst();
    const before = await trx.selectFrom('actions').select('digest').where('id', '=', id).executeTakeFirst();
    if (before && (begun || before.digest === digest)) return { id, digest: before.digest };
    if (before) {
      await voidGatesOf(trx, now, run.id, `${id} is something else now than what was shown.`);
      // The run waits for people who can no longer decide; it would notice at its next reminder only.
      await enqueue(trx, now, 'run.wake', run.id);
    }
    await writeActions(trx, context, run.id, [{ sequence: request.sequence, preview }]);
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
