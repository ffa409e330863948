import { afterAll, beforeAll } from '@jest/globals';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { type RunningTemporal, startTemporal } from '../../support/start-temporal.ts';
import { startToyBelay, type ToyBelay, type ToyOptions } from '../../support/toy/start-toy-belay.ts';

/** One Temporal and one Belay for the tests of a `describe`. Two on one Temporal would take each other's tasks. */
export function useToy(prepare: () => Promise<Omit<ToyOptions, 'temporal'>> = async () => ({})) {
  let temporal: RunningTemporal | undefined;
  let belay: ToyBelay | undefined;
  beforeAll(async () => {
    quiet();
    temporal = await startTemporal();
    belay = await startToyBelay({ ...(await prepare()), temporal: temporal.address });
  }, 120_000);
  afterAll(async () => {
    await belay?.stop();
    await temporal?.stop();
  }, 60_000);
  return {
    get belay(): ToyBelay {
      if (!belay) throw new Error('the toy did not start');
      return belay;
    },
  };
}

/** Crashes are what these tests are about; the worker's own log of them is not read by anybody. */
function quiet(): void {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  } catch {
    // Another test file of this process came first.
  }
}
