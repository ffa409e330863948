import { beforeAll, describe, expect, test } from '@jest/globals';
import { bundleWorkflowCode } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import { bundleWorkflows } from '../../src/workers/bundle-workflows.ts';

const KIB = 1024;
const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const codeOf = (code: string): string => code.split('\n//# sourceMappingURL=')[0] ?? code;
const modulesOf = (code: string): string[] =>
  [...code.matchAll(/^\/\*\*\*\/ "([^"]+)"/gm)].map((match) => match[1] ?? '');

/** What has no place in Temporal's sandbox: it bundles cleanly and dies, or decides, when it runs. */
const FORBIDDEN = [
  /@langchain\//,
  /@temporalio\/(activity|client|worker)\//,
  /\/src\/(activities|agents|authority|tools|slack|api|intake|platform|cli|workers)\//,
  /node_modules\/(pg|kysely|fastify|@kubernetes|@slack|@octokit|openai|pino)\//,
];

describe('what Temporal replays', () => {
  let shipped: string;
  let alone: string;
  beforeAll(async () => {
    shipped = codeOf((await bundleWorkflows()).bundle.code);
    const { code } = await bundleWorkflowCode({
      workflowsPath: path('../../src/sdk/runbook.ts'),
      logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    });
    alone = codeOf(code);
  }, 60_000);

  // Measured 2026-11-21, and a third more: whoever goes over it has pulled in something that was not meant to come.
  test.each([
    ['the shipped workflows', () => shipped, 1400],
    ['belay/runbook alone', () => alone, 1220],
  ])('%s stay small', (_, code, cap) => {
    const kib = code().length / KIB;
    expect(kib).toBeGreaterThan(cap / 3);
    expect(kib).toBeLessThan(cap);
  });

  test.each([
    ['the shipped workflows', () => shipped, '/src/workflows/engine/run-workflow.ts'],
    ['belay/runbook alone', () => alone, '/src/sdk/runbook.ts'],
  ])('%s hold nothing that acts, decides or reaches out', (_, code, own) => {
    const modules = modulesOf(code());
    // The list is only worth something if it was read.
    expect(modules.length).toBeGreaterThan(50);
    expect(modules.some((name) => name.endsWith(own))).toBe(true);
    expect(modules.filter((name) => FORBIDDEN.some((pattern) => pattern.test(name)))).toEqual([]);
  });

  test('belay/runbook brings no engine along', () => {
    expect(modulesOf(alone).filter((name) => name.includes('/src/workflows/'))).toEqual([]);
  });

  test('the same code has the same hash', async () => {
    expect((await bundleWorkflows()).hash).toBe((await bundleWorkflows()).hash);
  });
});
