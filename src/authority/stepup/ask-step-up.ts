import { generateAuthenticationOptions } from '@simplewebauthn/server';
import type { DecisionRequest } from '../../domain/decision.ts';
import { JsonObject } from '../../domain/json.ts';
import type { Person } from '../../domain/person.ts';
import type { AuthorityContext } from '../context.ts';
import { standingOf } from '../people/standing.ts';
import { CHALLENGE_LASTS, issueChallenge } from './challenges.ts';
import { usablePasskeys } from './passkeys.ts';
import { refuse, type Refused } from './refusal.ts';
import type { Site } from './site.ts';
import { decisionSaid, type Said } from './statement.ts';

/** What a browser needs to ask a passkey; `challenge` goes back beside the passkey's answer. */
export interface PasskeyAsked {
  readonly challenge: string;
  /** For `navigator.credentials`, in WebAuthn's JSON form. */
  readonly options: JsonObject;
}

export const noSite = (): Refused =>
  refuse(
    409,
    'No passkeys can be used here: this server has no address that browsers take for them (docs/passkeys.md).',
  );

/** Options to have one of somebody's passkeys confirm a statement; anybody's where no person is known yet. */
export async function askPasskey(
  context: AuthorityContext,
  site: Site,
  said: Said,
  person?: string,
): Promise<PasskeyAsked | Refused> {
  const own = person === undefined ? [] : await usablePasskeys(context.db, context, { person });
  if (person !== undefined && own.length === 0)
    return refuse(
      409,
      `${person} has no passkey yet; \`belay passkey add --person ${person}\` in the terminal begins one.`,
    );
  const issued = await issueChallenge(context.db, context, said);
  if (!issued) return refuse(429, 'Too many sign-ins are under way; try again in a few minutes.');
  const options = await generateAuthenticationOptions({
    rpID: site.id,
    challenge: new Uint8Array(Buffer.from(issued.challenge, 'base64url')),
    userVerification: 'required',
    timeout: CHALLENGE_LASTS,
    allowCredentials: own.map(({ record }) => ({ id: record.id, transports: [...record.transports] })),
  });
  return { challenge: issued.id, options: JsonObject.parse(JSON.parse(JSON.stringify(options))) };
}

/** Asks for the passkey over one decision, exactly as it would then be sent. Nothing is decided by it. */
export async function askStepUp(
  context: AuthorityContext,
  gate: string,
  request: DecisionRequest,
  person: Person,
): Promise<PasskeyAsked | Refused> {
  const site = context.stepUp?.site();
  if (!site) return noSite();
  const row = await context.db.selectFrom('gates').select('options').where('id', '=', gate).executeTakeFirst();
  if (!row) return refuse(404, `There is no approval ${gate}.`);
  const option = row.options.find(({ digest }) => digest === request.digest);
  if (!option || (request.option !== undefined && request.option !== option.id))
    return refuse(409, 'What you were shown is not what is being asked; look at it again.');
  const known = await standingOf(context, person);
  if ('refused' in known) return refuse(403, known.refused);
  const who = known.standing.person;
  return await askPasskey(context, site, decisionSaid(gate, option.id, request, who, context.bundle().hash), who);
}
