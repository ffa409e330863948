import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

// Tests start some hundreds of programs; what one compiled the others need not.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/belay', import.meta.url));

const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
        },
      },
    ],
  },
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
};

/** `unit` needs nothing but Node; `real` starts servers (test/support says which) and skips, by name, what is missing. */
export default {
  // Generous, since starting a control plane on a busy machine takes its time; no test waits for it to pass.
  testTimeout: 60_000,
  reporters: ['default', '<rootDir>/test/support/missing-parts-reporter.ts'],
  // Each worker may hold a Kubernetes control plane and a Temporal server (about 1 GB), which mostly wait.
  maxWorkers: Math.min(4, Math.max(2, availableParallelism() - 1)),
  // Modules loaded by the ESM loader are never freed; a worker that holds too many starts afresh.
  workerIdleMemoryLimit: '1.5GB',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [...shared.testPathIgnorePatterns, '\\.real\\.test\\.ts$'],
    },
    {
      ...shared,
      displayName: 'real',
      testMatch: ['<rootDir>/test/**/*.real.test.ts'],
      globalSetup: '<rootDir>/test/support/start-shared.ts',
      globalTeardown: '<rootDir>/test/support/stop-shared.ts',
    },
  ],
};
