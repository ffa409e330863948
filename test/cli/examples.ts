const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

export const DIGEST = digest('a');
export const OTHER_DIGEST = digest('b');

const undo = {
  digest: digest('c'),
  tool: 'kubernetes.rollout_undo',
  args: { namespace: 'shop', deployment: 'checkout', revision: 3 },
  sentence: 'Roll back deployment checkout in shop to revision 3',
  diff: '-  image: checkout:v2\n+  image: checkout:v1\n',
  blastRadius: { count: 3, unit: 'pods', percent: 100 },
  reversible: 'yes',
  undo: 'Roll forward to revision 4',
};

/** A gate as the API gives it, with one option. */
export const GATE = {
  id: 'g-7k2m9q',
  run: 'r-7k2m9qxd',
  runbook: 'remediation/bad-deploy',
  kind: 'plan',
  state: 'open',
  digest: DIGEST,
  title: 'Roll back checkout',
  target: 'kubernetes:c/shop/Deployment/checkout',
  mode: 'propose',
  requester: 'alertmanager',
  proposedBy: { kind: 'rules' },
  plan: { conclusion: 'act', diagnosis: 'Revision 4 answers 500s since 10:02', confidence: 'high', evidence: [] },
  missing: ['1 of approvers'],
  options: [
    {
      id: 'undo',
      digest: DIGEST,
      title: 'Undo the rollout',
      recommended: true,
      why: '',
      manual: null,
      actions: [undo],
    },
  ],
  openedAt: '2026-11-21T10:15:30.000Z',
  expiresAt: '2026-11-22T10:15:30.000Z',
};

/** The same with a second option. */
export const CHOICE = {
  ...GATE,
  options: [
    ...GATE.options,
    {
      id: 'watch',
      digest: OTHER_DIGEST,
      title: 'Do nothing and watch',
      recommended: false,
      why: 'It may pass',
      manual: null,
      actions: [],
    },
  ],
};

/** A run as the API gives it. */
export const RUN = {
  id: 'r-7k2m9qxd',
  runbook: 'remediation/bad-deploy',
  title: 'checkout answers errors',
  target: 'shop/checkout',
  state: 'waiting',
  outcome: null,
  verdict: null,
  summary: null,
  mode: 'propose',
  requester: { id: 'local:ada', name: 'Ada', door: 'cli' },
  input: { workload: 'shop/checkout' },
  gates: ['g-7k2m9q'],
  steps: [{ at: '2026-11-21T10:15:30.000Z', kind: 'gate.opened', text: 'Asked for approval', seq: 1 }],
  createdAt: '2026-11-21T10:15:00.000Z',
  finishedAt: null,
};
