import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { systems } from '../../src/tools/catalog.ts';
import { buildRegistry } from '../../src/tools/registry.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type HttpStub, startHttpStub, type StubAnswer } from '../tools/http-stub.ts';

/** A workload with two versions and one pod in trouble, so that what follows one reading is asked for too. */
const metadata = {
  namespace: 'shop',
  name: 'checkout',
  uid: 'uid-1',
  labels: { app: 'checkout' },
  resourceVersion: '1',
};
const selector = { matchLabels: { app: 'checkout' } };
const template = {
  metadata: { labels: { app: 'checkout' } },
  spec: { containers: [{ name: 'app', image: 'checkout:2' }] },
};
const deployment = { metadata, spec: { replicas: 2, selector, template } };
const replicaSet = {
  metadata: {
    ...metadata,
    name: 'checkout-1',
    annotations: { 'deployment.kubernetes.io/revision': '1' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout', uid: 'uid-1', controller: true }],
  },
  spec: { selector, template },
};
const pod = {
  metadata: {
    ...metadata,
    name: 'checkout-1-a',
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'checkout-1', uid: 'uid-1', controller: true },
    ],
  },
  spec: { containers: template.spec.containers },
  status: {
    phase: 'Running',
    containerStatuses: [{ name: 'app', ready: false, restartCount: 3, image: 'checkout:2', imageID: '', state: {} }],
  },
};
const KINDS: [RegExp, unknown][] = [
  [/\/deployments\/checkout/, deployment],
  [/\/deployments/, { items: [deployment] }],
  [/\/replicasets/, { items: [replicaSet] }],
  [/\/log(\?|$)/, 'a line of log'],
  [/\/pods/, { items: [pod] }],
  [/\/namespaces\/kube-system/, { metadata: { name: 'kube-system', uid: 'cluster-1' } }],
  [/\/alerts/, { status: 'success', data: { alerts: [] } }],
  [/query_range/, { status: 'success', data: { resultType: 'matrix', result: [] } }],
  [/query/, { status: 'success', data: { resultType: 'vector', result: [] } }],
  [/\/commits/, []],
  [/scan\.ocsf\.json/, []],
];
const answer = ({ url = '' }: { url?: string | undefined }): StubAnswer => {
  const body = KINDS.find(([path]) => path.test(url))?.[1] ?? { items: [] };
  return { body, headers: { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json' } };
};

const workload = { namespace: 'shop', name: 'checkout' };
const ARGS: Readonly<Record<string, object>> = {
  'kubernetes.workloads': { namespace: 'shop' },
  'prometheus.query': { query: 'up' },
  'prometheus.query_range': { query: 'up', start: '2026-11-21T10:00:00Z', end: '2026-11-21T10:10:00Z', step: 60 },
  'prometheus.alerts': {},
  'scanner.findings': {},
  'github.commits': { repository: 'shop/checkout' },
};

let stub: HttpStub;
let folder: string;
beforeAll(async () => {
  stub = await startHttpStub(answer);
  folder = temporaryFolder('reads-only-read');
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
});
afterAll(async () => {
  await stub.stop();
  rmSync(folder, { recursive: true, force: true });
});

function settingsOf(system: string): object {
  if (system === 'prometheus') return { url: stub.url };
  if (system === 'github') return { apiUrl: stub.url };
  // A bucket: what a scanner that is run may change is the rights of its own credential.
  if (system === 'scanner')
    return { kind: 'bucket', bucket: 'scans', key: 'scan.ocsf.json', region: 'us-east-1', endpoint: stub.url };
  const kubeconfig = join(folder, 'kubeconfig');
  const config = {
    'current-context': 'shop',
    clusters: [{ name: 'c', cluster: { server: stub.url, 'insecure-skip-tls-verify': true } }],
    contexts: [{ name: 'shop', context: { cluster: 'c', user: 'u' } }],
    users: [{ name: 'u', user: {} }],
  };
  writeFileSync(kubeconfig, stringify(config));
  return { kubeconfig };
}

const registry = buildRegistry(systems);
// AWS is asked by POST whatever is asked for; test/tools/aws/reads.test.ts holds the same of its operations.
const tools = registry.tools.flatMap((tool) =>
  tool.risk === 'read' && !tool.name.startsWith('aws.') ? [[tool.name, tool] as const] : [],
);

test.each(tools)('%s only ever asks its system to tell: no request of it could change anything', async (name, tool) => {
  const system = registry.system(name.split('.')[0] ?? '');
  if (!system) throw new Error(`no system of ${name}`);
  const client: unknown = system.connect(system.settings.parse(settingsOf(system.name)));
  const args: unknown = tool.input.parse(ARGS[name] ?? workload);
  const before = stub.requests.length;
  const context = { client, connection: 'default', signal: new AbortController().signal, now: () => new Date() };
  await tool.read(args, context);
  const asked = stub.requests.slice(before);
  expect(asked.length).toBeGreaterThan(0);
  // A GET of exec, attach or proxy would do something too.
  expect(
    asked.filter((request) => !request.startsWith('GET ') || /\/(exec|attach|portforward|proxy)\b/.test(request)),
  ).toEqual([]);
});

test('every shipped tool that claims to read was tried', () => {
  expect(tools.length).toBeGreaterThanOrEqual(11);
});
