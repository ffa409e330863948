import type { DecisionRecord } from '../../domain/decision.ts';
import { canonicalJson } from '../../domain/digest.ts';
import type { SigningKey } from '../keys/signing-key.ts';
import { Assertion, checkAssertion } from './assertion.ts';
import { readPasskey } from './passkey-record.ts';
import { challengeOf, DecisionStatement } from './statement.ts';

/**
 * What is wrong with the passkey's word in a decision, in words; undefined when it holds or none was asked. Needs no
 * server and no database: the decision, the record of the passkey it names (the body of its `passkey.added` entry in the
 * ledger) and the authority's public keys. The decision's own signature is checked apart.
 */
export async function proofProblem(
  decision: DecisionRecord,
  passkey: unknown,
  key: Pick<SigningKey, 'verify'>,
): Promise<string | undefined> {
  const { proof, strength, standing } = decision;
  if (!proof) return strength === 'step-up' ? 'it says step-up and carries no proof' : undefined;
  const record = readPasskey(passkey, key);
  if (record?.id !== proof.passkey) return `the passkey ${proof.passkey} is not among those the authority signed`;
  if (record.person !== standing.person) return `the passkey is of ${record.person}, not of ${standing.person}`;
  const statement = statementIn(proof.challenge);
  if (!statement) return 'what the passkey confirmed cannot be read';
  const { gate, option, digest, reason, bundle } = decision;
  const meant = { gate, option, digest, decision: decision.decision, reason, bundle, person: standing.person };
  const other = Object.entries(meant).find(([field, value]) => Reflect.get(statement, field) !== value);
  if (other) return `the passkey confirmed another ${other[0]}`;
  if (!sameItems(statement.without, decision.without)) return 'the passkey confirmed other items taken out';
  if (statement.expires < decision.at) return 'the passkey was asked too long before';
  const assertion = Assertion.safeParse(proof.assertion);
  if (!assertion.success || assertion.data.id !== record.id) return 'the passkey’s word cannot be read';
  const origin = originIn(assertion.data);
  if (!origin || new URL(origin).hostname !== record.site) return 'the passkey answered on another site';
  // Counts only grow while a passkey is used; for one word alone the enrolment's is the least.
  const checked = await checkAssertion(assertion.data, {
    challenge: challengeOf(statement),
    origin,
    passkey: record,
    counter: 0,
  });
  return 'refused' in checked ? checked.refused : undefined;
}

/** A record has each item once and in order; what was confirmed has them as they were sent. */
const sameItems = (confirmed: readonly string[] = [], recorded: readonly string[] = []): boolean =>
  canonicalJson([...new Set(confirmed)].toSorted()) === canonicalJson(recorded);

function statementIn(text: string): DecisionStatement | undefined {
  try {
    const parsed = DecisionStatement.safeParse(JSON.parse(text));
    return parsed.success && canonicalJson(parsed.data) === text ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** The page on which it was said. It may have moved to another port or subdomain since; the site binds the passkey. */
function originIn({ response }: Assertion): string | undefined {
  try {
    const { origin }: { origin: string } = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString());
    return URL.canParse(origin) ? origin : undefined;
  } catch {
    return undefined;
  }
}
