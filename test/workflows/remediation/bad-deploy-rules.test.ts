import { describe, expect, test } from '@jest/globals';
import { Plan } from '../../../src/domain/plan.ts';
import { admits, proposeFor } from '../../../src/workflows/remediation/bad-deploy-rules.ts';
import { errorRatioQuery, requestsQuery } from '../../../src/workflows/remediation/error-ratio.ts';
import { findings, hash, input } from './findings.ts';

type Case = Parameters<typeof findings>[0];
const propose = (seen: Case = {}) => proposeFor(input(), findings(seen));
const owner = (kind: 'argocd' | 'flux' | 'helm', paused = false) => ({ kind, name: 'shop-app', paused });
const source = { repository: 'https://git/shop', path: 'apps/checkout', commit: 'abc123' };

describe('what the rules conclude', () => {
  const cases: [string, Case, { conclusion: string; confidence: string; options: string[] }][] = [
    [
      'errors since the rollout',
      {},
      { conclusion: 'act', confidence: 'high', options: ['undo-rollout', 'restart', 'watch'] },
    ],
    [
      'errors, nothing known before',
      { errorsBefore: 'none' },
      { conclusion: 'act', confidence: 'medium', options: ['undo-rollout', 'restart', 'watch'] },
    ],
    ['as many errors before', { errorsBefore: 0.39 }, { conclusion: 'unknown', confidence: 'medium', options: [] }],
    [
      'crash-looping without metrics',
      { errors: 'none', errorsBefore: 'none', warnings: 9, crashed: 12, workload: { ready: 0 } },
      { conclusion: 'act', confidence: 'medium', options: ['undo-rollout', 'restart', 'watch'] },
    ],
    ['a false alarm', { errors: 0.001 }, { conclusion: 'nothing-wrong', confidence: 'high', options: [] }],
    ['errors exactly at the limit', { errors: 0.05 }, { conclusion: 'nothing-wrong', confidence: 'high', options: [] }],
    [
      'few errors, no warning, and no replica ready',
      { errors: 0, warnings: 0, workload: { ready: 0 } },
      { conclusion: 'act', confidence: 'medium', options: ['undo-rollout', 'restart', 'watch'] },
    ],
    [
      'few errors, one replica missing without a warning',
      { errors: 0, warnings: 0, workload: { ready: 2 } },
      { conclusion: 'unknown', confidence: 'low', options: [] },
    ],
    ['no samples, all ready', { errors: 'none' }, { conclusion: 'unknown', confidence: 'low', options: [] }],
    [
      'NaN instead of a ratio',
      { errors: null, workload: { ready: 1 } },
      { conclusion: 'unknown', confidence: 'low', options: [] },
    ],
    [
      'no samples, not ready, no warning',
      { errors: 'none', workload: { ready: 1 } },
      { conclusion: 'unknown', confidence: 'low', options: [] },
    ],
    [
      'no earlier revision',
      { revisions: [{ revision: 4, templateHash: hash('b') }] },
      { conclusion: 'unknown', confidence: 'low', options: [] },
    ],
    [
      'only the same version earlier',
      {
        revisions: [
          { revision: 4, templateHash: hash('b') },
          { revision: 3, templateHash: hash('b') },
        ],
      },
      { conclusion: 'unknown', confidence: 'low', options: [] },
    ],
    [
      'a revision nobody knows yet',
      { workload: { revision: null } },
      { conclusion: 'unknown', confidence: 'low', options: [] },
    ],
    [
      'owned by Argo CD',
      { workload: { owner: owner('argocd'), source } },
      { conclusion: 'act', confidence: 'high', options: ['revert-by-hand', 'watch'] },
    ],
    [
      'owned by Argo CD, paused',
      { workload: { owner: owner('argocd', true) } },
      { conclusion: 'act', confidence: 'high', options: ['undo-rollout', 'restart', 'watch'] },
    ],
    [
      'owned by Flux',
      { workload: { owner: owner('flux') } },
      { conclusion: 'act', confidence: 'high', options: ['revert-by-hand', 'watch'] },
    ],
    [
      'owned by Helm',
      { workload: { owner: owner('helm') } },
      { conclusion: 'act', confidence: 'high', options: ['revert-by-hand', 'watch'] },
    ],
  ];
  test.each(cases)('%s', (_, seen, { conclusion, confidence, options }) => {
    const plan = propose(seen);
    expect(Plan.parse(plan)).toEqual(plan);
    expect(plan).toMatchObject({ conclusion, confidence });
    expect(plan.options.map(({ id }) => id)).toEqual(options);
    // Every plan rests on what was read, and every option of the rules is one that the runbook admits.
    expect(plan.evidence.length).toBeGreaterThan(0);
    for (const { tool, args } of plan.options.flatMap((option) => option.actions))
      expect(admits(input(), findings(seen), { tool, args })).toBeUndefined();
  });

  test('a rollback goes to the newest version that is not the running one, over restarts of it', () => {
    const revisions = [5, 4, 3, 2].map((revision) => ({ revision, templateHash: hash(revision > 3 ? 'b' : 'a') }));
    const plan = propose({ revisions, workload: { revision: 5 } });
    expect(plan.options[0]?.actions).toEqual([
      {
        tool: 'kubernetes.rollout_undo',
        args: { namespace: 'shop', kind: 'Deployment', name: 'checkout', toRevision: 3 },
      },
    ]);
  });

  test('a diagnosis says what was measured, and that nothing was where nothing was', () => {
    expect(propose().diagnosis).toContain('40.0 % of requests fail, 0.1 % did before the rollout.');
    expect(propose({ errors: 'none' }).diagnosis).toContain('No request was measured');
    expect(propose({ warnings: 2, crashed: 3, workload: { ready: 0 } }).diagnosis).toContain('checkout-1 crashed');
  });

  test.each([
    ['argocd', source, ['https://git/shop, apps/checkout, commit abc123', 'git revert --no-edit abc123 && git push']],
    ['argocd', null, ['does not say which repository', 'git revert <the commit']],
    ['flux', { ...source, commit: null }, ['commit not recorded', 'git revert <the commit']],
    ['helm', null, ['helm rollback shop-app --namespace shop']],
  ] as const)('where %s owns it (source %j) the option is the exact revert, for a person', (kind, from, texts) => {
    const [option] = propose({ workload: { owner: owner(kind), source: from } }).options;
    expect(option?.actions).toEqual([]);
    for (const text of texts) expect(option?.manual).toContain(text);
  });
});

describe('which actions are admitted, whoever proposes them', () => {
  const args = { namespace: 'shop', name: 'checkout', kind: 'Deployment', toRevision: 2 };
  const undo = 'kubernetes.rollout_undo';
  const { kind: _, ...withoutKind } = args;
  test.each([
    ['its own rollback', undo, args, undefined],
    ['a kind left out', undo, withoutKind, undefined],
    ['another namespace', undo, { ...args, namespace: 'bank' }, 'another workload'],
    ['another workload', 'kubernetes.scale', { ...args, name: 'payments', replicas: 0 }, 'another workload'],
    ['another kind', undo, { ...args, kind: 'StatefulSet' }, 'another workload'],
    ['a name that only looks the same', undo, { ...args, name: 'checkout ' }, 'another workload'],
    ['no target at all', undo, {}, 'another workload'],
    ['a tool that is no remedy', 'kubernetes.delete', args, 'not a remedy'],
    ['a read', 'kubernetes.logs', args, 'not a remedy'],
  ])('%s', (_, tool, given, reason) => {
    const answer = admits(input(), findings(), { tool, args: given });
    if (reason === undefined) expect(answer).toBeUndefined();
    else expect(answer).toContain(reason);
  });

  test.each([
    [false, 'would revert it'],
    [true, undefined],
  ])('a live change of what a controller owns (paused: %s)', (paused, reason) => {
    const answer = admits(input(), findings({ workload: { owner: owner('argocd', paused) } }), { tool: undo, args });
    if (reason === undefined) expect(answer).toBeUndefined();
    else expect(answer).toContain(reason);
  });
});

describe('the queries', () => {
  test('name the workload and the window', () => {
    expect(errorRatioQuery(input({ window: '5m' }))).toContain(
      '{namespace="shop",deployment="checkout",code=~"5.."}[5m]',
    );
    expect(requestsQuery(input())).toBe(
      'sum(increase(http_requests_total{namespace="shop",deployment="checkout"}[1m]))',
    );
    expect(errorRatioQuery(input({ errorRatioQuery: 'my_ratio' }))).toBe('my_ratio');
  });

  test.each(['shop"}', 'Shop', '-x', 'a b', 'x'.repeat(64), ''])(
    'nothing in a namespace (%j) can end them',
    (namespace) => {
      expect(() => input({ namespace })).toThrow();
    },
  );
});
