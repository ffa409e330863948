/** Arguments that both read tools of the test manifest take. */
export const PODS = { namespace: 'shop', name: 'checkout' };

/** A plan as a good model would write it. */
export const planFor = (evidence: readonly string[], overrides: object = {}) => ({
  conclusion: 'act',
  diagnosis: 'Revision 4 answers 500s.',
  confidence: 'high',
  evidence,
  options: [
    {
      id: 'undo',
      title: 'Roll back to revision 3',
      why: 'It worked before.',
      actions: [{ tool: 'kubernetes.rollout_undo', args: { ...PODS, revision: 3 } }],
    },
  ],
  ...overrides,
});
