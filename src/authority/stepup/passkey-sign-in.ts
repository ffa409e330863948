import type { Person } from '../../domain/person.ts';
import type { AuthorityContext } from '../context.ts';
import { noSite } from './ask-step-up.ts';
import { takeChallenge } from './challenges.ts';
import { refuse, type Refused } from './refusal.ts';
import { challengeOf } from './statement.ts';
import { usePasskey } from './use-passkey.ts';

/** Who somebody is by their passkey alone: their first identity in the directory, so that every door knows them. */
export async function passkeySignIn(
  context: AuthorityContext,
  given: { challenge: string; assertion: unknown },
): Promise<Omit<Person, 'door'> | Refused> {
  const site = context.stepUp?.site();
  if (!site) return noSite();
  return await context.db.transaction().execute(async (trx) => {
    const asked = await takeChallenge(trx, context, given.challenge, 'belay/passkey-sign-in');
    if ('refused' in asked) return refuse(401, asked.refused);
    const used = await usePasskey(trx, context, site, given.assertion, challengeOf(asked));
    if ('refused' in used) return refuse(401, used.refused);
    const person = context.bundle().directory.people[used.record.person];
    const [id] = person?.identities ?? [];
    return person && id !== undefined
      ? { id, name: person.name }
      : refuse(403, `${used.record.person} is not in the directory.`);
  });
}
