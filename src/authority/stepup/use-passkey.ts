import type { Trx } from '../../platform/database/connect.ts';
import type { AuthorityContext } from '../context.ts';
import { Assertion, checkAssertion } from './assertion.ts';
import type { PasskeyRecord } from './passkey-record.ts';
import { usablePasskeys } from './passkeys.ts';
import type { Site } from './site.ts';

/**
 * Checks what a browser said for a challenge, and remembers the count. `person`: whose passkey it must be; anybody's where
 * it is what tells who they are.
 */
export async function usePasskey(
  trx: Trx,
  context: Pick<AuthorityContext, 'key' | 'bundle'>,
  site: Site,
  given: unknown,
  challenge: string,
  person?: string,
): Promise<{ record: PasskeyRecord; assertion: Assertion } | { refused: string }> {
  const parsed = Assertion.safeParse(given);
  if (!parsed.success) return { refused: 'this is not what a passkey says' };
  const assertion = parsed.data;
  // The row's lock puts two uses of one passkey in line, so that the second sees what the first one counted.
  await trx.selectFrom('passkeys').select('id').where('id', '=', assertion.id).forUpdate().execute();
  const [passkey] = await usablePasskeys(trx, context, { id: assertion.id });
  if (!passkey) return { refused: 'this passkey is not known here, or was revoked' };
  const { record } = passkey;
  if (person !== undefined && record.person !== person) return { refused: `this is not a passkey of ${person}` };
  if (context.bundle().directory.people[record.person]?.active !== true)
    return { refused: `${record.person} is not in Belay's directory, or is deactivated` };
  const checked = await checkAssertion(assertion, {
    challenge,
    origin: site.origin,
    passkey: record,
    counter: passkey.counter,
  });
  if ('refused' in checked) return { refused: `the passkey's answer does not hold: ${checked.refused}` };
  await trx.updateTable('passkeys').set({ counter: checked.counter }).where('id', '=', record.id).execute();
  return { record, assertion };
}
