import type { BlobRef } from '../../../src/domain/blob.ts';
import { badDeploy } from '../../../src/workflows/remediation/bad-deploy.ts';
import type { Findings } from '../../../src/workflows/remediation/bad-deploy-findings.ts';
import type { BadDeployInput } from '../../../src/workflows/remediation/bad-deploy-input.ts';

const blob = (n: number): BlobRef => ({
  id: `blob:${String(n).repeat(64).slice(0, 64)}`,
  bytes: 1,
  mediaType: 'text/plain',
  summary: '',
});
const hash = (letter: string) => `sha256:${letter.repeat(64)}`;

export const input = (over: object = {}): BadDeployInput =>
  badDeploy.input.parse({ namespace: 'shop', name: 'checkout', ...over });

/** What one PromQL number looks like as facts; `none` where there was no sample. */
export const number = (value: number | null | 'none') => ({
  facts: {
    samples: value === 'none' ? [] : [{ labels: {}, value, at: '2026-11-21T12:00:00.000Z' }],
    count: value === 'none' ? 0 : 1,
  },
  evidence: blob(5),
  failure: undefined,
});

/** A workload that fails since its last rollout; `workload` changes what is seen of it. */
export function findings({
  workload = {},
  revisions = [
    { revision: 4, templateHash: hash('b') },
    { revision: 3, templateHash: hash('a') },
  ],
  errors = 0.4,
  errorsBefore = 0.001,
  warnings = 0,
  crashed = 0,
}: {
  workload?: Partial<Findings['workload']['facts']>;
  revisions?: { revision: number; templateHash: string }[];
  errors?: number | null | 'none';
  errorsBefore?: number | null | 'none';
  warnings?: number;
  crashed?: number;
} = {}): Findings {
  const facts: Findings['workload']['facts'] = {
    namespace: 'shop',
    name: 'checkout',
    kind: 'Deployment',
    desired: 3,
    ready: 3,
    updated: 3,
    available: 3,
    uid: 'u',
    clusterUid: 'c',
    revision: 4,
    images: ['shop/checkout:v4'],
    paused: false,
    rolledOut: true,
    templateHash: hash('b'),
    rolledOutAt: '2026-11-21T11:58:00.000Z',
    conditions: [],
    owner: null,
    source: null,
    lastAction: null,
    ...workload,
  };
  return {
    workload: { facts, evidence: blob(1), failure: undefined },
    history: {
      facts: {
        count: revisions.length,
        revisions: revisions.map((entry) => ({
          ...entry,
          images: [`shop/checkout:v${entry.revision}`],
          createdAt: null,
          changeCause: null,
          current: entry.revision === facts.revision,
        })),
      },
      evidence: blob(2),
      failure: undefined,
    },
    events: { facts: { events: [], count: warnings, warnings, complete: true }, evidence: blob(3), failure: undefined },
    previousLogs: {
      facts: { logs: [{ pod: 'checkout-1', container: 'app', lines: crashed, note: null }], lines: crashed, pods: 1 },
      evidence: blob(4),
      failure: undefined,
    },
    errors: number(errors),
    requests: number(errors === 'none' ? 'none' : 500),
    errorsBefore: number(errorsBefore),
  };
}

export { hash };
