import { DefaultLogger, Runtime } from '@temporalio/worker';

/** Crashes are what many tests are about; the SDK's own log of them is not read by anybody. Once per process. */
export function quietTemporal(): void {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  } catch {
    // Another test file of this process came first.
  }
}
