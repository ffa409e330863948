import { generateRegistrationOptions } from '@simplewebauthn/server';
import { JsonObject } from '../../domain/json.ts';
import type { AuthorityContext } from '../context.ts';
import { noSite, type PasskeyAsked } from './ask-step-up.ts';
import { CHALLENGE_LASTS, issueChallenge, takeChallenge } from './challenges.ts';
import { findCode } from './enrolment-code.ts';
import { usablePasskeys } from './passkeys.ts';
import { refuse, type Refused } from './refusal.ts';
import { challengeOf, type StatementOf } from './statement.ts';
import { usePasskey } from './use-passkey.ts';
import { userIdOf } from './user-id.ts';

/** EdDSA, ES256 and RS256: what authenticators have, and what an auditor's tools will check for years. */
export const ALGORITHMS = [-8, -7, -257];

/** What allows somebody a new passkey: a code from the terminal, or one of their own passkeys. */
export type Allowed = { readonly code: string } | { readonly challenge: string; readonly assertion: unknown };

type By = StatementOf<'belay/passkey-add'>['by'];

async function allowedBy(context: AuthorityContext, given: Allowed): Promise<{ person: string; by: By } | Refused> {
  if ('code' in given) {
    const found = await findCode(context.db, context, given.code);
    if (!found) return refuse(401, 'That code does not work: it is mistyped, used, or older than 15 minutes.');
    return { person: found.person, by: { kind: 'code', code: found.hash, from: found.by } };
  }
  const site = context.stepUp?.site();
  if (!site) return noSite();
  return await context.db.transaction().execute(async (trx) => {
    const asked = await takeChallenge(trx, context, given.challenge, 'belay/passkey-allow');
    if ('refused' in asked) return refuse(401, asked.refused);
    const used = await usePasskey(trx, context, site, given.assertion, challengeOf(asked), asked.person);
    if ('refused' in used) return refuse(401, used.refused);
    return { person: asked.person, by: { kind: 'passkey' as const, passkey: used.record.id } };
  });
}

/** Options for making a new passkey, once something allows it. Nothing is stored but the challenge. */
export async function beginPasskey(
  context: AuthorityContext,
  given: Allowed,
): Promise<(PasskeyAsked & { person: string }) | Refused> {
  const site = context.stepUp?.site();
  if (!site) return noSite();
  const allowed = await allowedBy(context, given);
  if ('refused' in allowed) return allowed;
  const { person, by } = allowed;
  const issued = await issueChallenge(context.db, context, { type: 'belay/passkey-add', person, by });
  if (!issued) return refuse(429, 'Too many are under way; try again in a few minutes.');
  const own = await usablePasskeys(context.db, context, { person });
  const options = await generateRegistrationOptions({
    rpName: 'Belay',
    rpID: site.id,
    userName: person,
    userDisplayName: context.bundle().directory.people[person]?.name ?? person,
    userID: new Uint8Array(userIdOf(person)),
    challenge: new Uint8Array(Buffer.from(issued.challenge, 'base64url')),
    timeout: CHALLENGE_LASTS,
    attestationType: 'none',
    // Discoverable, so that it can say by itself whose it is when somebody signs in.
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: own.map(({ record }) => ({ id: record.id, transports: [...record.transports] })),
    supportedAlgorithmIDs: ALGORITHMS,
  });
  return { challenge: issued.id, person, options: JsonObject.parse(JSON.parse(JSON.stringify(options))) };
}
