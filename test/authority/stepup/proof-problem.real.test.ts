import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newPrivateKeyPem, signingKeyFrom } from '../../../src/authority/keys/signing-key.ts';
import { verifyWith } from '../../../src/authority/keys/verify-signature.ts';
import { proofProblem } from '../../../src/authority/stepup/proof-problem.ts';
import type { DecisionRecord } from '../../../src/domain/decision.ts';
import { digestOf } from '../../../src/domain/digest.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { SYSTEM_CHAIN } from '../../../src/domain/ledger.ts';
import { ada, type PasskeyAuthority, startPasskeyAuthority } from '../../support/passkey-authority.ts';
import { describeReal } from '../../support/parts.ts';

/** As an auditor: the ledger's entries and the public key, nothing else. */
describeReal('a passkey’s word, checked offline', ['postgres'], () => {
  let belay: PasskeyAuthority;
  let decision: DecisionRecord;
  let other: DecisionRecord;
  let passkey: JsonObject;
  let others: JsonObject;
  let auditor: { verify: (value: unknown, keyId: string, signature: string) => boolean };

  beforeAll(async () => {
    belay = await startPasskeyAuthority();
    const [adas, bobs] = [await belay.enrol('ada'), await belay.enrol('bob')];
    const decide = async (reason: string) => {
      const asked = await belay.ask();
      const request = { decision: 'approve' as const, digest: asked.digest, reason };
      const answer = await belay.doors.decide(asked.gate, await belay.confirmed(asked.gate, request, ada, adas), ada);
      if (answer.answer !== 'recorded') throw new Error(JSON.stringify(answer));
      return answer.record;
    };
    [decision, other] = [await decide('one'), await decide('two')];
    const added = (await belay.doors.ledger(SYSTEM_CHAIN)).filter(({ kind }) => kind === 'passkey.added');
    const of = (id: string) => added.find(({ body }) => body['id'] === id)?.body ?? {};
    [passkey, others] = [of(adas.id), of(bobs.id)];
    const { ringPem } = belay.context.key;
    auditor = { verify: (value, keyId, signature) => verifyWith(ringPem, value, keyId, signature) };
  });
  afterAll(() => belay.close());

  const problem = (change: Partial<DecisionRecord> = {}, by: unknown = passkey) =>
    proofProblem({ ...decision, ...change }, by, auditor);

  test('holds, with nothing but the ledger’s entries and the authority’s public key', async () => {
    expect(await problem()).toBeUndefined();
    expect(await problem({ strength: 'door', proof: null })).toBeUndefined();
  });

  test('does not hold for a decision that was changed, or that took the proof of another', async () => {
    expect(await problem({ strength: 'step-up', proof: null })).toContain('carries no proof');
    expect(await problem({ proof: other.proof })).toContain('another gate');
    expect(await problem({ gate: 'g-zzzzzz' })).toContain('another gate');
    expect(await problem({ option: 'other' })).toContain('another option');
    expect(await problem({ digest: digestOf('other') })).toContain('another digest');
    expect(await problem({ reason: 'changed' })).toContain('another reason');
    expect(await problem({ decision: 'break-glass' })).toContain('another decision');
    expect(await problem({ bundle: digestOf('other') })).toContain('another bundle');
    expect(await problem({ standing: { ...decision.standing, person: 'bob' } })).toContain('is of ada, not of bob');
    expect(await problem({ at: '2099-01-01T00:00:00.000Z' })).toContain('too long before');
  });

  test('does not hold when what was confirmed is rewritten to fit: the passkey signed its hash', async () => {
    const { proof } = decision;
    if (!proof) throw new Error('no proof');
    const changed = JSON.stringify({ ...JSON.parse(proof.challenge), reason: 'changed' });
    expect(await problem({ reason: 'changed', proof: { ...proof, challenge: changed } })).toContain('something else');
    expect(await problem({ proof: { ...proof, challenge: `${proof.challenge} ` } })).toContain('cannot be read');
    expect(await problem({ proof: { ...proof, challenge: 'no JSON' } })).toContain('cannot be read');
  });

  test('does not hold with another passkey, a changed one, or one that another key signed', async () => {
    expect(await problem({}, others)).toContain('not among those');
    expect(await problem({}, { ...passkey, person: 'bob' })).toContain('not among those');
    expect(await problem({}, { ...passkey, publicKey: others['publicKey'] ?? '' })).toContain('not among those');
    expect(await problem({}, null)).toContain('not among those');
    const stranger = signingKeyFrom(newPrivateKeyPem());
    expect(await proofProblem(decision, passkey, stranger)).toContain('not among those');
  });
});
