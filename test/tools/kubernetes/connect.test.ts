import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { connectKubernetes } from '../../../src/tools/kubernetes/connect.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function kubeconfig(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : stringify(content));
  return path;
}
const good = {
  'current-context': 'shop',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  contexts: [{ name: 'shop', context: { cluster: 'c', user: 'u' } }],
  users: [{ name: 'u', user: {} }],
};

test('connecting reads the file and asks the cluster nothing', () => {
  expect(connectKubernetes({ kubeconfig: kubeconfig('good', good) })).toHaveProperty('deployment');
});

test.each<[string, () => { kubeconfig: string; context?: string }, RegExp]>([
  [
    'a file that is not there',
    () => ({ kubeconfig: join(folder, 'none') }),
    /Cannot use the kubeconfig .*none: .*ENOENT/,
  ],
  ['a file that is no YAML', () => ({ kubeconfig: kubeconfig('bad', '{') }), /Cannot use the kubeconfig/],
  ['an empty file', () => ({ kubeconfig: kubeconfig('empty', '') }), /kubeconfig/],
  [
    'a context that is not in it',
    () => ({ kubeconfig: kubeconfig('good2', good), context: 'prod' }),
    /no cluster for context prod; its contexts: shop/,
  ],
  [
    'a server that is no address',
    () => ({
      kubeconfig: kubeconfig('noserver', { ...good, clusters: [{ name: 'c', cluster: { server: 'nowhere' } }] }),
    }),
    /no valid address: nowhere/,
  ],
  [
    'an address with credentials in it',
    () => ({
      kubeconfig: kubeconfig('creds', { ...good, clusters: [{ name: 'c', cluster: { server: 'https://me:s3@x' } }] }),
    }),
    /^(?!.*s3).*address of cluster c holds credentials/,
  ],
])('%s is named', (_, settings, message) => {
  const connect = () => connectKubernetes(settings());
  expect(connect).toThrow(message);
  expect(connect).toThrow(expect.objectContaining({ type: 'stop.invalid-input' }));
});
