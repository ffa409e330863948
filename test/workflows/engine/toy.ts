import { afterAll, beforeAll } from '@jest/globals';
import { quietTemporal } from '../../support/quiet-temporal.ts';
import { type RunningTemporal, startTemporal } from '../../support/start-temporal.ts';
import { startToyBelay, type ToyBelay, type ToyOptions } from '../../support/toy/start-toy-belay.ts';

/** One Temporal and one Belay for the tests of a `describe`. Two on one Temporal would take each other's tasks. */
export function useToy(prepare: () => Promise<Omit<ToyOptions, 'temporal'>> = async () => ({})) {
  let temporal: RunningTemporal | undefined;
  let belay: ToyBelay | undefined;
  beforeAll(async () => {
    quietTemporal();
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
