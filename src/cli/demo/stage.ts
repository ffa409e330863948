import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type ApiClient, clientAt } from '../client.ts';
import { sandboxProgram } from '../sandbox.ts';
import { type DemoChild, startChild } from './child.ts';

const Up = z.looseObject({
  url: z.string(),
  temporal: z.looseObject({ address: z.string(), uiUrl: z.string().optional() }),
  data: z.string(),
});
const SandboxUp = z.looseObject({
  kubeconfig: z.string(),
  prometheus: z.string(),
  slack: z.string().optional(),
  slackCode: z.string().optional(),
  control: z.string(),
  slackEnv: z.record(z.string(), z.string()).default({}),
});

/** What the story plays on: a Belay on a data folder of its own, and the system that fails. */
export interface Stage {
  readonly client: ApiClient;
  readonly temporal: string;
  readonly temporalUi: string | undefined;
  readonly slackPage: string | undefined;
  readonly slackCode: string | undefined;
  readonly data: string;
  breakIt(): Promise<string>;
  /** `kill -9`, then starts it again on the same data. */
  killAndRestart(): Promise<void>;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port was free');
  return address.port;
}

/** Nothing of the person's own configuration may lead the demo to a real system. */
function cleanEnvironment(more: Record<string, string>): NodeJS.ProcessEnv {
  const own = /^(BELAY_(?!PARTS|DEBUG)|TEMPORAL_|DATABASE_|SLACK_|PROMETHEUS_|ALERTMANAGER_|KUBECONFIG|GITHUB_)/;
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name))), ...more };
}

const main = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : '../main.js', import.meta.url));

/** Starts sandbox and Belay side by side, each in its own process. `say` hears what goes on meanwhile. */
export async function setStage(say: (text: string) => void): Promise<Stage> {
  const data = mkdtempSync(join(tmpdir(), 'belay-demo-'));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const sandbox = startChild(
    'the sandbox',
    [sandboxProgram(), '--json', '--port', '0', '--webhook', `${base}/hooks/alertmanager`],
    cleanEnvironment({}),
    say,
  );
  let belay: DemoChild | undefined;
  const close = async () => {
    await Promise.all([belay?.stop(), sandbox.stop()]);
    rmSync(data, { recursive: true, force: true });
  };
  try {
    const place = SandboxUp.parse(await sandbox.firstJson);
    const env = cleanEnvironment({ KUBECONFIG: place.kubeconfig, PROMETHEUS_URL: place.prometheus, ...place.slackEnv });
    const up = async () => {
      belay = startChild(
        'Belay',
        [main, 'up', '--json', '--data', join(data, 'belay'), '--port', String(port)],
        env,
        say,
      );
      return Up.parse(await belay.firstJson);
    };
    const first = await up();
    const client = clientAt({
      url: base,
      door: 'terminal',
      token: readFileSync(join(data, 'belay', 'token'), 'utf8').trim(),
    });
    return {
      client,
      data: first.data,
      temporal: first.temporal.address,
      temporalUi: first.temporal.uiUrl,
      slackPage: place.slack,
      slackCode: place.slackCode,
      breakIt: async () => {
        const breaking = startChild(
          'breaking the shop',
          [sandboxProgram(), 'break', 'bad-deploy', '--port', new URL(place.control).port],
          cleanEnvironment({}),
          say,
        );
        const [code] = await once(breaking.process, 'exit');
        if (code !== 0) throw new Error('the sandbox could not be broken');
        return 'checkout 2.4.0 is rolled out: it answers 500 and crash-loops';
      },
      killAndRestart: async () => {
        await belay?.kill();
        await up();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
