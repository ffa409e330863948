import { digestOf } from '../../src/domain/digest.ts';
import { Manifest } from '../../src/domain/manifest.ts';

const tool = (name: string, risk: 'read' | 'write') => ({
  name,
  title: name,
  description: `What ${name} does.`,
  risk,
  reversible: 'yes',
  safeToRepeat: 'compare-and-set',
  timeoutMs: 10_000,
  inputSchema: { type: 'object', properties: { revision: { type: 'integer', minimum: 0 }, wait: { default: 5 } } },
  schemaHash: digestOf(name),
});

const workload = {
  type: 'object',
  properties: { namespace: { type: 'string' }, name: { type: 'string' }, wait: { type: 'integer', default: 60 } },
  required: ['namespace', 'name'],
  additionalProperties: false,
};

const runbook = (name: string, tools: string[]) => ({
  name,
  version: 1,
  title: name === 'remediation/bad-deploy' ? 'Bad deploy' : 'Restart',
  description: 'For tests.',
  tools,
  inputSchema: workload,
  fromAlert: { namespace: ['namespace'], name: ['deployment', 'workload'] },
  targetTemplate: 'deployment {name} in {namespace}',
  hash: digestOf(name),
});

/** Milliseconds a grant of these tools lasts: their timeout and the authority's margin. */
export const LEASE_MS = 15_000;

/** Two runbooks over one tool that reads and two that write. */
export const authorityManifest: Manifest = Manifest.parse({
  v: 1,
  tools: [tool('kubernetes.pods', 'read'), tool('kubernetes.rollout_undo', 'write'), tool('kubernetes.scale', 'write')],
  runbooks: [
    runbook('remediation/bad-deploy', ['kubernetes.pods', 'kubernetes.rollout_undo', 'kubernetes.scale']),
    runbook('remediation/restart', ['kubernetes.pods', 'kubernetes.scale']),
  ],
  connections: { kubernetes: ['default'] },
  hash: digestOf('manifest'),
});
