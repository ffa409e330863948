import { canonicalJson } from '../../domain/digest.ts';
import type { AuthorityContext } from '../context.ts';
import { takeChallenge } from './challenges.ts';
import { usablePasskeys } from './passkeys.ts';
import { type Site } from './site.ts';
import { challengeOf, type DecisionStatement, decisionSaid } from './statement.ts';
import type { StepUp } from './step-up.ts';
import { usePasskey } from './use-passkey.ts';

/** What differs between what the passkey was asked and what came, in words for the person. */
const CHANGED: Partial<Record<keyof DecisionStatement, string>> = {
  gate: 'another approval',
  option: 'another option',
  digest: 'something else than what is asked now',
  decision: 'another decision',
  reason: 'another reason',
  args: 'other arguments',
  action: 'another action',
  without: 'an approval with other items taken out',
  person: "somebody else's decision",
  bundle: 'a decision by rules that have changed since',
};

/** Proof by passkey, over the authority's own tables. `site` is asked each time: a port may be known only later. */
export function createStepUp(
  context: Pick<AuthorityContext, 'key' | 'bundle' | 'now'>,
  site: () => Site | null,
): StepUp {
  return {
    site,
    possible: async (db) => {
      if (!site()) return false;
      const { people } = context.bundle().directory;
      const all = await usablePasskeys(db, context);
      return all.some(({ record }) => people[record.person]?.active === true);
    },
    verify: async (trx, gate, request, person) => {
      const here = site();
      if (!here) return { refused: 'passkeys cannot be used at the address of this server' };
      if (!request.proof) return { refused: 'there is none' };
      const asked = await takeChallenge(trx, context, request.proof.challenge, 'belay/step-up');
      if ('refused' in asked) return asked;
      const row = await trx.selectFrom('gates').select('options').where('id', '=', gate).executeTakeFirst();
      const option = row?.options.find(({ digest }) => digest === request.digest)?.id ?? '';
      // Made again from the request that came: only then is what the passkey signed what is about to be recorded.
      const { nonce, expires } = asked;
      const statement = { ...decisionSaid(gate, option, request, person, context.bundle().hash), nonce, expires };
      const other = Object.entries(CHANGED).find(
        ([field]) =>
          canonicalJson(Reflect.get(statement, field) ?? null) !== canonicalJson(Reflect.get(asked, field) ?? null),
      );
      if (other) return { refused: `your passkey confirmed ${other[1]}; look again and confirm this one` };
      const used = await usePasskey(trx, context, here, request.proof.assertion, challengeOf(statement), person);
      if ('refused' in used) return used;
      const { record, assertion } = used;
      return { proof: { passkey: record.id, challenge: canonicalJson(statement), assertion } };
    },
  };
}
