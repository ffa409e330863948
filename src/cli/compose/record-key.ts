import type { AuthorityContext } from '../../authority/context.ts';
import { adoptKey } from '../../authority/keys/adopt-key.ts';
import type { Logger } from '../../platform/log.ts';

/** Puts a change of the signing key on record, and says aloud when the key before is not believed any more. */
export async function recordKey(context: AuthorityContext, log: Logger): Promise<void> {
  const { adopted, unknown } = await adoptKey(context);
  if (adopted) log.info({ keyId: context.key.keyId }, 'another key signs from now on');
  if (unknown !== undefined)
    log.warn(
      { keyId: unknown },
      'the key that signed before is not among the retired ones: no decision it signed counts; put its public part in the keys folder under retired/',
    );
}
