import { describe, test } from '@jest/globals';
import { findPart, type Part } from './find-part.ts';

export { requirePart } from './require-part.ts';
export { findPart, type Part };

/** A server, and every part it is made of. */
const SERVERS = {
  temporal: ['temporal'],
  postgres: ['initdb', 'postgres'],
  kubernetes: ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok', 'kwok-stages.yaml'],
  prometheus: ['prometheus'],
  alertmanager: ['alertmanager'],
  browser: ['chromium'],
  moto: ['moto_server'],
  prowler: ['prowler'],
} as const satisfies Record<string, readonly Part[]>;

/** What a test can need besides Node and npm's packages. */
export type Server = keyof typeof SERVERS;

/** The parts of this server that this machine lacks. */
export function missingParts(server: Server): Part[] {
  return SERVERS[server].filter((part) => findPart(part) === undefined);
}

/**
 * A `describe` for tests that run against real servers. Where a part is missing the tests count as skipped, under a name
 * that says what is missing; with `BELAY_REQUIRE_PARTS=1` (CI) that is one failed test instead.
 */
export function describeReal(name: string, servers: readonly Server[], define: () => void): void {
  const missing = servers.flatMap(missingParts);
  if (missing.length === 0) {
    describe(name, define);
  } else if (process.env['BELAY_REQUIRE_PARTS'] === '1') {
    describe(name, () => {
      test('has its parts', () => {
        throw new Error(`not found: ${missing.join(', ')}; test/support/parts/build gets them`);
      });
    });
  } else {
    // Still defined, so that every test in it is counted as skipped.
    describe.skip(`${name} [needs ${missing.join(', ')}: see test/support/parts/build]`, define);
  }
}
