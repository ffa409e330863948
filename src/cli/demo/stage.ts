import { once } from 'node:events';
import { z } from 'zod';
import { sandboxProgram } from '../sandbox.ts';
import { startChild } from './child.ts';
import { type Cleanup, cleanup, closedOnFailure } from './cleanup.ts';
import { cleanEnvironment, type OwnBelay, ownPlace, startOwnBelay } from './own-belay.ts';

const SandboxUp = z.looseObject({
  kubeconfig: z.string(),
  prometheus: z.string(),
  slack: z.string().optional(),
  slackCode: z.string().optional(),
  control: z.string(),
  slackEnv: z.record(z.string(), z.string()).default({}),
});

/** What the story plays on: a Belay on a data folder of its own, and a system that fails. */
export interface Stage extends OwnBelay {
  /** What is up, as the first line of the story. */
  readonly what: string;
  readonly slackPage: string | undefined;
  readonly slackCode: string | undefined;
  /** Breaks the system, so that an alert reaches Belay. Resolves with what was done to it, in a sentence. */
  breakIt(): Promise<string>;
  /** Ends all of it and leaves nothing behind. */
  close(): Promise<unknown>;
}

/**
 * Starts sandbox and Belay, each in its own process. `say` hears what goes on meanwhile; `stops` gets what must be ended
 * as soon as it is there, for who may have to end it before the stage is set.
 */
export const setStage = (say: (text: string) => void, stops: Cleanup = cleanup()): Promise<Stage> =>
  closedOnFailure(stops, set(say, stops));

async function set(say: (text: string) => void, stops: Cleanup): Promise<Stage> {
  const place = await ownPlace(stops);
  const sandbox = startChild(
    'the sandbox',
    [sandboxProgram(), '--json', '--port', '0', '--webhook', `${place.url}/hooks/alertmanager`],
    cleanEnvironment(),
    say,
  );
  stops.later(() => sandbox.stop());
  const { kubeconfig, prometheus, slackEnv, ...shop } = SandboxUp.parse(await sandbox.firstJson);
  const variables = { KUBECONFIG: kubeconfig, PROMETHEUS_URL: prometheus, ...slackEnv };
  const belay = await startOwnBelay(place, variables, stops, say);
  return {
    ...belay,
    what: 'Belay and a small shop are up',
    slackPage: shop.slack,
    slackCode: shop.slackCode,
    breakIt: async () => {
      const breaking = startChild(
        'breaking the shop',
        [sandboxProgram(), 'break', 'bad-deploy', '--port', new URL(shop.control).port],
        cleanEnvironment(),
        say,
      );
      const [code] = await once(breaking.process, 'exit');
      if (code !== 0) throw new Error('the sandbox could not be broken');
      return 'checkout 2.4.0 is rolled out: it answers 500 and crash-loops';
    },
    close: () => stops.run(),
  };
}
