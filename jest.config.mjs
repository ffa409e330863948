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
  testTimeout: 20_000,
  reporters: ['default'],
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [...shared.testPathIgnorePatterns, '\\.real\\.test\\.ts$'],
    },
    { ...shared, displayName: 'real', testMatch: ['<rootDir>/test/**/*.real.test.ts'] },
  ],
};
