import { decisionSample, requirementSample } from '../support/samples.ts';
import { actionDigest } from '../../src/domain/action.ts';
import type { DecisionRecord } from '../../src/domain/decision.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { optionDigest, type Gate, type GateOption } from '../../src/domain/gate.ts';
import type { Manifest } from '../../src/domain/manifest.ts';
import type { RunView } from '../../src/authority/doors.ts';

type SampleAction = GateOption['actions'][number];

export const RUN = 'r-7d2k9x4m';
export const GATE = 'g-4k2m9x';

const TARGET = {
  system: 'kubernetes',
  connection: 'default',
  key: 'kubernetes:3f1c/shop/deployments/checkout',
  name: 'deployment checkout in shop',
  tags: {},
};

const DIFF = `--- deployment/checkout in shop, revision 4 (now)
+++ deployment/checkout in shop, revision 3
@@ -18,5 +18,5 @@
         containers:
           - name: checkout
-            image: registry.example/shop/checkout:1.43.0
+            image: registry.example/shop/checkout:1.42.2
             env:
-              - { name: PAYMENTS_URL, value: "http://payment:8080" }
+              - { name: PAYMENTS_URL, value: "http://payments:8080" }
`;

/** An action with the digest it really has. */
export function sampleAction(change: Partial<Omit<SampleAction, 'digest'>> = {}): SampleAction {
  const action = {
    id: `${RUN}/1`,
    tool: 'kubernetes.rollout_undo',
    toolSchemaHash: digestOf('schema'),
    args: { connection: 'default', namespace: 'shop', name: 'checkout', toRevision: 3 },
    target: TARGET,
    precondition: { currentRevision: 4 },
    sentence: 'Roll back deployment checkout in shop from revision 4 to revision 3',
    diff: DIFF,
    blastRadius: { count: 3, unit: 'pods', percent: 100 },
    undo: 'roll forward to revision 4',
    owner: null,
    command: 'kubectl --namespace shop rollout undo deployment/checkout --to-revision=3',
    risk: 'write' as const,
    reversible: 'yes' as const,
    safeToRepeat: 'compare-and-set' as const,
    ...change,
  };
  return { ...action, digest: actionDigest(action) };
}

/** An option with the digest it really has. */
export function sampleOption(change: Partial<Omit<GateOption, 'digest'>> = {}): GateOption {
  const option = {
    id: 'undo',
    title: 'Undo the rollout',
    why: 'The errors began with revision 4.',
    manual: null,
    recommended: true,
    actions: [sampleAction()],
    ...change,
  };
  return { ...option, digest: optionDigest(option) };
}

export const RESTART = sampleOption({
  id: 'restart',
  title: 'Restart the pods',
  why: 'Helps when a stale connection pool is the cause; the image stays.',
  recommended: false,
  actions: [
    sampleAction({
      id: `${RUN}/2`,
      tool: 'kubernetes.rollout_restart',
      args: { connection: 'default', namespace: 'shop', name: 'checkout' },
      sentence: 'Restart deployment checkout in shop',
      diff: '',
      undo: null,
      reversible: 'no',
      command: 'kubectl --namespace shop rollout restart deployment/checkout',
    }),
  ],
});

export const WATCH = sampleOption({
  id: 'watch',
  title: 'Do nothing and watch',
  why: 'If the errors are falling by themselves.',
  recommended: false,
  actions: [],
});

/** The gate of a bad deploy, as the authority shows it. */
export function sampleGate(change: Partial<Gate> = {}): Gate {
  const options = change.options ?? [sampleOption()];
  return {
    id: GATE,
    run: RUN,
    runbook: 'remediation/bad-deploy',
    kind: options.length > 1 ? 'plan' : 'action',
    state: 'open',
    digest: options[0]?.digest ?? digestOf('none'),
    title: 'Undo the rollout',
    target: 'deployment checkout in shop',
    mode: 'propose',
    requester: 'alert:alertmanager',
    proposedBy: { kind: 'rules' },
    plan: {
      conclusion: 'act',
      diagnosis:
        'Revision 4 of checkout went out at 09:58 UTC. Since 09:59 its error rate is 41 % (0.2 % before), and 2 of 3 pods restart with "no such host: payment".',
      confidence: 'high',
      evidence: [],
    },
    evidence: [
      {
        id: `blob:${'1a'.repeat(32)}`,
        bytes: 4_210,
        mediaType: 'application/json',
        summary: 'Rollout history: revision 4 at 09:58 UTC, revision 3 since 12 November',
      },
      {
        id: `blob:${'2b'.repeat(32)}`,
        bytes: 18_400,
        mediaType: 'text/plain',
        summary: 'Previous logs of 2 pods: dial tcp: lookup payment: no such host',
      },
      {
        id: `blob:${'3c'.repeat(32)}`,
        bytes: 960,
        mediaType: 'application/json',
        summary: 'Error rate 41 % over 5 m (baseline 0.2 %), 1,204 samples',
      },
    ],
    options,
    requirement: requirementSample({ selfApproval: true, rule: 'writes-need-one' }),
    frozen: null,
    special: null,
    incidentOpen: true,
    responder: null,
    emptyGroups: [],
    escalatedTo: [],
    replacedBy: null,
    missing: ['1 of approvers'],
    decisions: [],
    reason: null,
    chosen: null,
    openedAt: '2026-11-21T10:02:11.000Z',
    expiresAt: '2026-11-21T14:02:11.000Z',
    decidedAt: null,
    ...change,
  };
}

export function sampleRun(change: Partial<RunView> = {}): RunView {
  return {
    id: RUN,
    runbook: 'remediation/bad-deploy',
    title: 'Bad deploy',
    target: 'deployment checkout in shop',
    state: 'waiting',
    outcome: null,
    verdict: null,
    summary: null,
    mode: 'propose',
    dryRun: false,
    input: { namespace: 'shop', name: 'checkout' },
    requester: { id: 'alert:alertmanager', name: 'alertmanager', door: 'alert' },
    trigger: { kind: 'alert', source: 'alertmanager', group: 'shop', alerts: ['a1'] },
    proposedBy: 'rule-based, no model',
    gates: [GATE],
    workflowId: 'remediation/bad-deploy/alertmanager:abc',
    createdAt: '2026-11-21T10:01:40.000Z',
    finishedAt: null,
    ...change,
  };
}

/** Ada's decision on an option of the gate. */
export function sampleDecision(change: Partial<DecisionRecord> = {}): DecisionRecord {
  const option = sampleOption();
  return decisionSample('ada', {
    gate: GATE,
    run: RUN,
    option: option.id,
    digest: option.digest,
    person: { id: 'slack:T000000001/UADA', name: 'Ada Lovelace', door: 'slack' },
    at: '2026-11-21T10:04:30.000Z',
    ...change,
  });
}

export const MANIFEST: Manifest = {
  v: 1,
  tools: [],
  runbooks: [
    {
      name: 'remediation/bad-deploy',
      version: 1,
      title: 'Undo a bad deploy',
      description: 'Looks at a workload whose errors began with a rollout, and proposes a way out.',
      tools: [],
      inputSchema: {
        type: 'object',
        properties: {
          namespace: { type: 'string' },
          name: { type: 'string' },
          minutes: { type: 'integer' },
          verbose: { type: 'boolean' },
        },
        required: ['namespace', 'name'],
        additionalProperties: false,
      },
      fromAlert: null,
      targetTemplate: '{name} in {namespace}',
      hash: digestOf('bad-deploy'),
    },
  ],
  connections: {},
  hash: digestOf('manifest'),
};
