import { noExceptions } from '../support/no-exceptions.ts';
import { noHalts } from '../support/no-halts.ts';
import { noLedger } from '../support/no-ledger.ts';
import { noLists } from '../support/no-lists.ts';
import { noPeople } from '../support/no-people.ts';
import { noPolicy } from '../support/no-policy.ts';
import { noPasskeys } from '../support/no-passkeys.ts';
import { decisionSample, requirementSample } from '../support/samples.ts';
import type { Doors, RunView, Step } from '../../src/authority/doors.ts';
import type { DecisionRecord } from '../../src/domain/decision.ts';
import { digestOf } from '../../src/domain/digest.ts';
import type { Gate } from '../../src/domain/gate.ts';
import type { Manifest } from '../../src/domain/manifest.ts';
import type { Person } from '../../src/domain/person.ts';

export const RUN = 'r-00000001';
export const GATE = 'g-000001';
export const DIGEST = digestOf('what would be done');
export const BLOB = `blob:${'a'.repeat(64)}`;
const AT = '2026-01-02T03:04:05.000Z';

export const manifest: Manifest = {
  v: 1,
  tools: [],
  runbooks: [
    {
      name: 'remediation/bad-deploy',
      version: 1,
      title: 'Bad deploy',
      description: 'Rolls back a deploy that broke its service.',
      tools: [],
      inputSchema: {
        type: 'object',
        properties: {
          namespace: { type: 'string' },
          workload: { type: 'string' },
          window: { type: 'string', pattern: '^[0-9]+[sm]$', default: '5m' },
          stabilise: { type: 'string', pattern: '^[0-9]+[sm]$', default: '2m' },
        },
        required: ['namespace', 'workload'],
        additionalProperties: false,
      },
      fromAlert: { namespace: ['namespace'], workload: ['deployment'] },
      targetTemplate: 'deployment {workload} in {namespace}',
      hash: digestOf('bad-deploy'),
    },
  ],
  connections: { kubernetes: ['default'] },
  hash: digestOf('manifest'),
};

export const run: RunView = {
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
  input: { namespace: 'shop', workload: 'checkout' },
  requester: { id: 'local:ada', name: 'ada', door: 'api' },
  trigger: { kind: 'person' },
  proposedBy: 'rule-based, no model',
  gates: [GATE],
  workflowId: 'w-1',
  createdAt: AT,
  finishedAt: null,
};

export const gate: Gate = {
  id: GATE,
  run: RUN,
  runbook: run.runbook,
  kind: 'plan',
  state: 'open',
  digest: DIGEST,
  title: 'Roll back checkout',
  target: run.target,
  mode: 'propose',
  requester: 'local:ada',
  proposedBy: { kind: 'rules' },
  plan: { conclusion: 'act', diagnosis: 'The deploy broke it.', confidence: 'high', evidence: [BLOB] },
  evidence: [{ id: BLOB, bytes: 5, mediaType: 'text/plain', summary: 'logs of checkout' }],
  options: [
    {
      id: 'undo',
      title: 'Roll back to revision 3',
      why: 'It worked before.',
      manual: null,
      digest: DIGEST,
      recommended: true,
      actions: [
        {
          id: `${RUN}/1`,
          digest: digestOf('action'),
          tool: 'kubernetes.rollout_undo',
          toolSchemaHash: digestOf('schema'),
          args: { namespace: 'shop', name: 'checkout', revision: 3 },
          target: {
            system: 'kubernetes',
            connection: 'default',
            key: 'kubernetes:uid/shop/deployments/checkout',
            name: 'deployment checkout in shop',
            tags: {},
          },
          precondition: { revision: 4 },
          sentence: 'Roll back deployment checkout in shop to revision 3',
          diff: '-image: shop:4\n+image: shop:3\n',
          blastRadius: { count: 3, unit: 'pods' },
          undo: 'Roll forward to revision 4',
          owner: null,
          command: 'kubectl -n shop rollout undo deployment/checkout --to-revision=3',
          risk: 'write',
          reversible: 'yes',
          safeToRepeat: 'compare-and-set',
        },
      ],
    },
  ],
  requirement: requirementSample({ selfApproval: true, rule: 'solo' }),
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
  openedAt: AT,
  expiresAt: '2026-01-03T03:04:05.000Z',
  decidedAt: null,
};

export const step = (seq: number, text = `step ${seq}`): Step => ({ seq, at: AT, kind: 'run.note', text });

export const recordOf = (person: Person): DecisionRecord =>
  decisionSample(person.name, { gate: GATE, run: RUN, option: 'undo', digest: DIGEST, person, at: AT });

/** Doors with one run and one open gate; every call is remembered, and any method can be replaced. */
export function fakeDoors(replaced: Partial<Doors> = {}) {
  const calls: { method: string; args: unknown[] }[] = [];
  const doors: Doors = {
    manifest,
    ...noExceptions,
    findings: async () => ({ findings: [], count: 0 }),
    exportProof: async () => undefined,
    ...noHalts,
    ...noLedger,
    ...noLists,
    ...noPeople,
    ...noPolicy,
    passkeys: noPasskeys(),
    start: async () => ({ answer: 'registered', run: RUN }),
    run: async (id) => (id === RUN ? run : undefined),
    runs: async () => [run],
    steps: async (_, after = 0) => [step(1), step(2), step(3)].filter(({ seq }) => seq > after),
    cancel: async () => 'cancelling',
    acknowledge: async (_, person) => ({ answer: 'acknowledged', responder: person.name }),
    gate: async (id) => (id === GATE ? gate : undefined),
    gates: async () => [gate],
    decide: async (_, __, person) => ({ answer: 'recorded', record: recordOf(person), complete: true, missing: [] }),
    ledger: async () => [],
    verifyLedger: async () => ({ ok: true, runs: 1, entries: 3, problems: [], caveats: ['no outside anchor'] }),
    postmortem: async () => '# What happened\n',
    blob: async (id) => (id === BLOB ? { content: '<script>alert(1)</script>', mediaType: 'text/html' } : undefined),
    receiveAlerts: async (alerts) =>
      alerts.map(({ alert, route }, at) => ({
        id: `a-${at}`,
        fingerprint: alert.fingerprint,
        runId: route ? RUN : null,
        status: route ? ('accepted' as const) : ('ignored' as const),
      })),
    ready: async () => true,
    ...replaced,
  };
  const spied = new Proxy(doors, {
    get(target, method) {
      const value: unknown = Reflect.get(target, method);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        calls.push({ method: String(method), args });
        return value(...args);
      };
    },
  });
  return { doors: spied, calls, of: (method: keyof Doors) => calls.filter((call) => call.method === method) };
}
