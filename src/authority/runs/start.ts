import { digestOf } from '../../domain/digest.ts';
import type { Person } from '../../domain/person.ts';
import { again } from '../../platform/database/again.ts';
import type { Trx } from '../../platform/database/connect.ts';
import { secretArguments } from '../../platform/secrets/secret-arguments.ts';
import type { AuthorityContext } from '../context.ts';
import type { StartAnswer, StartRequest } from '../doors.ts';
import { checkInput } from './check-input.ts';
import { registerRun } from './register.ts';

const KEY_LASTS_MS = 7 * 24 * 3600 * 1000;

/** Registers a run that a person asks for. The same idempotency key with the same request finds the run it made. */
export async function startRun(
  context: AuthorityContext,
  request: StartRequest,
  person: Person,
  key?: string,
): Promise<StartAnswer> {
  const runbook = context.manifest.runbooks.find((entry) => entry.name === request.runbook);
  if (!runbook) {
    const known = context.manifest.runbooks.map((entry) => entry.name).join(', ');
    return { answer: 'unknown-runbook', message: `There is no runbook "${request.runbook}"; there is ${known}.` };
  }
  const checked = checkInput(runbook, request.input);
  if ('problems' in checked) return { answer: 'invalid', problems: checked.problems };
  const { input } = checked;
  const secrets = await secretArguments(input);
  if (secrets.length > 0) return { answer: 'invalid', problems: secrets };
  const mode = context.observeOnly ? 'observe' : (request.mode ?? 'propose');
  const dryRun = request.dryRun ?? false;
  const hash = digestOf({ runbook: runbook.name, input, mode, dryRun });
  const now = context.now();
  const register = async (trx: Trx): Promise<StartAnswer> => {
    const caller = person.id;
    if (key) {
      await trx
        .deleteFrom('idempotency_keys')
        .where('caller', '=', caller)
        .where('key', '=', key)
        .where('created_at', '<', new Date(now.getTime() - KEY_LASTS_MS))
        .execute();
      const before = await trx
        .selectFrom('idempotency_keys')
        .selectAll()
        .where('caller', '=', caller)
        .where('key', '=', key)
        .executeTakeFirst();
      if (before)
        return before.input_hash === hash
          ? { answer: 'known', run: before.run }
          : {
              answer: 'key-reused',
              message: 'This Idempotency-Key was used with another request within 7 days; use a new one.',
            };
    }
    const run = await registerRun(trx, now, {
      runbook,
      input,
      requester: person,
      trigger: request.schedule ? { kind: 'schedule', ...request.schedule } : { kind: 'person' },
      mode,
      dryRun,
    });
    if (key)
      await trx
        .insertInto('idempotency_keys')
        .values({ caller, key, input_hash: hash, run, created_at: now })
        .execute();
    return { answer: 'registered', run };
  };
  // Two that race with one key: the later one looks again and finds the run of the first.
  const answer = await again(() => context.db.transaction().execute(register));
  context.poke();
  return answer;
}
