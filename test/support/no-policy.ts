import type { PolicyDoors } from '../../src/authority/bundle/policy-doors.ts';

const HASH = `sha256:${'0'.repeat(64)}`;

/** The doors of a Belay whose policy never changes and permits nothing. */
export const noPolicy: PolicyDoors = {
  policy: async () => ({
    name: 'team',
    from: 'the default set team',
    hash: HASH,
    commit: null,
    activatedAt: '2026-01-02T03:04:05.000Z',
    by: 'ada',
    diff: ['the first: 1 policy, 1 person, 1 group, 0 caps'],
    policies: [{ id: 'reads', effect: 'permit', place: 'writes.cedar:5', gate: null }],
    refused: null,
  }),
  reloadPolicy: async () => ({ answer: 'unchanged', hash: HASH }),
  explainPolicy: async ({ tool }) => ({
    judgement: { say: 'forbid', rule: 'no policy', message: `no policy permits ${tool} here` },
    said: [],
  }),
};
