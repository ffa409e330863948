import { verifyRegistrationResponse } from '@simplewebauthn/server';
import { z } from 'zod';
import type { Trx } from '../../platform/database/connect.ts';
import { reasonOf } from '../../platform/problem.ts';
import { SYSTEM_CHAIN } from '../../domain/ledger.ts';
import type { AuthorityContext } from '../context.ts';
import { append } from '../ledger/append.ts';
import { nextNumber } from '../ledger/sequence.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { noSite } from './ask-step-up.ts';
import { ALGORITHMS } from './begin-passkey.ts';
import { takeChallenge } from './challenges.ts';
import { useCode } from './enrolment-code.ts';
import { type PasskeyRecord, signedPasskey } from './passkey-record.ts';
import { usablePasskeys } from './passkeys.ts';
import { refuse, type Refused } from './refusal.ts';
import type { Site } from './site.ts';
import { challengeOf, type StatementOf } from './statement.ts';

const base64url = z
  .string()
  .max(20_000)
  .regex(/^[\w-]*$/);

/** What a browser says of a passkey it just made. */
const Registration = z.object({
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(z.string().max(30)).max(10).default([]),
  }),
});

/** A passkey that somebody just made in their browser. */
export interface NewPasskey {
  readonly challenge: string;
  readonly registration: unknown;
  /** What its owner calls it: `laptop`. */
  readonly label: string;
}

async function check(site: Site, asked: StatementOf<'belay/passkey-add'>, given: unknown) {
  const parsed = Registration.safeParse(given);
  if (!parsed.success) return refuse(422, 'This is not what a browser says of a new passkey.');
  const { transports } = parsed.data.response;
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: {
        ...parsed.data,
        response: { ...parsed.data.response, transports: [] },
        clientExtensionResults: {},
      },
      expectedChallenge: challengeOf(asked),
      expectedOrigin: site.origin,
      expectedRPID: site.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    return verified ? { ...registrationInfo, transports } : refuse(422, 'The new passkey does not hold.');
  } catch (error) {
    return refuse(422, `The new passkey does not hold: ${reasonOf(error).slice(0, 200)}`);
  }
}

/** What allowed it must still stand: a code is used up here, an older passkey must not have been revoked meanwhile. */
async function stillAllowed(
  trx: Trx,
  context: AuthorityContext,
  { by, person }: StatementOf<'belay/passkey-add'>,
): Promise<Refused | undefined> {
  if (context.bundle().directory.people[person]?.active !== true)
    return refuse(403, `${person} is not in Belay's directory, or is deactivated.`);
  if (by.kind === 'code')
    return (await useCode(trx, context, by.code)) ? undefined : refuse(401, 'That code was used, or is over.');
  const [older] = await usablePasskeys(trx, context, { id: by.passkey });
  return older?.record.person === person ? undefined : refuse(403, 'The passkey that allowed this was revoked.');
}

/** Stores a new passkey under the authority's signature, with its number and its ledger entry, and tells the channel. */
export async function addPasskey(
  context: AuthorityContext,
  { challenge, registration, label }: NewPasskey,
): Promise<PasskeyRecord | Refused> {
  const site = context.stepUp?.site();
  if (!site) return noSite();
  const answer = await context.db.transaction().execute(async (trx) => {
    const asked = await takeChallenge(trx, context, challenge, 'belay/passkey-add');
    if ('refused' in asked) return refuse(401, asked.refused);
    const made = await check(site, asked, registration);
    if ('refused' in made) return made;
    const barred = await stillAllowed(trx, context, asked);
    if (barred) return barred;
    const { credential, transports } = made;
    const known = await trx.selectFrom('passkeys').select('id').where('id', '=', credential.id).executeTakeFirst();
    if (known) return refuse(409, 'This passkey is known already, or was revoked; make another.');
    const now = context.now();
    const { person, by } = asked;
    const unsigned = {
      v: 1 as const,
      id: credential.id,
      person,
      label,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports,
      device: made.credentialDeviceType,
      aaguid: made.aaguid,
      site: site.id,
      by: by.kind === 'code' ? { kind: 'code' as const, from: by.from } : by,
      at: now.toISOString(),
      number: await nextNumber(trx, 'passkey.added', SYSTEM_CHAIN, credential.id),
      keyId: context.key.keyId,
    };
    const record: PasskeyRecord = { ...unsigned, signature: context.key.sign(signedPasskey(unsigned)) };
    await trx
      .insertInto('passkeys')
      .values({
        id: record.id,
        person,
        record: JSON.stringify(record),
        counter: record.counter,
        added_at: now,
        revoked_at: null,
      })
      .execute();
    await append(trx, now, SYSTEM_CHAIN, 'passkey.added', record);
    const how = by.kind === 'code' ? `with a code that ${by.from} asked for in the terminal` : 'with an older one';
    const text = `${person} has a new passkey, "${label}", added ${how}. If that was not them: belay passkey revoke ${record.id.slice(0, 12)}`;
    await enqueue(trx, now, 'announce', 'passkeys', { key: `added-${record.number}`, text });
    return record;
  });
  context.poke();
  return answer;
}
