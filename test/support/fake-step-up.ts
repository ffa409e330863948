import type { StepUp } from '../../src/authority/stepup/step-up.ts';
import type { StepUpProof } from '../../src/domain/decision.ts';

/** What the fake takes for somebody's passkey: their name over the challenge. */
export const proofBy = (name: string, challenge = 'c1'): StepUpProof => ({ challenge, assertion: { by: name } });

/** Passkeys without a browser: an assertion names its person, and each challenge is good once. */
export function fakeStepUp(): StepUp {
  const used = new Set<string>();
  return {
    site: () => null,
    possible: async () => true,
    verify: async (_, gate, { proof }, person) => {
      if (!proof) return { refused: 'there is no proof' };
      if (proof.assertion['by'] !== person) return { refused: 'that is not your passkey' };
      const challenge = `${gate} ${proof.challenge}`;
      if (used.has(challenge)) return { refused: 'this was used before' };
      used.add(challenge);
      return { proof: { passkey: `key-of-${person}`, challenge: proof.challenge, assertion: proof.assertion } };
    },
  };
}
