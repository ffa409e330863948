import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { freePort } from '../../platform/data/free-port.ts';
import { type ApiClient, clientAt } from '../client.ts';
import { type DemoChild, startChild } from './child.ts';
import type { Cleanup } from './cleanup.ts';

const Up = z.looseObject({
  url: z.string(),
  temporal: z.looseObject({ address: z.string(), uiUrl: z.string().optional() }),
  data: z.string(),
});

/** A Belay that only the demo knows, in a process of its own. */
export interface OwnBelay {
  readonly client: ApiClient;
  readonly data: string;
  /** `host:port`, gRPC. */
  readonly temporal: string;
  readonly temporalUi: string | undefined;
  /** `kill -9`, then starts it again on the same data. */
  killAndRestart(): Promise<void>;
}

/** A port of this machine and a folder, both the demo's own; the folder is removed at the end. */
export interface OwnPlace {
  readonly folder: string;
  readonly port: number;
  readonly url: string;
}

export async function ownPlace({ later }: Cleanup): Promise<OwnPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-demo-'));
  later(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const port = await freePort();
  return { folder, port, url: `http://127.0.0.1:${port}` };
}

/** Nothing of the person's own configuration may lead the demo to another system than the one it is for. */
export function cleanEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const own = /^(BELAY_(?!PARTS|DEBUG)|TEMPORAL_|DATABASE_|SLACK_|PROMETHEUS_|ALERTMANAGER_|KUBECONFIG|GITHUB_|AWS_)/;
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name))), ...more };
}

/** The command line's own program. */
export const main = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : '../main.js', import.meta.url),
);

/** Starts Belay with these variables and waits until it is up. `say` hears what goes on meanwhile. */
export async function startOwnBelay(
  place: OwnPlace,
  variables: Record<string, string>,
  { later }: Cleanup,
  say: (text: string) => void,
): Promise<OwnBelay> {
  const data = join(place.folder, 'belay');
  let belay: DemoChild | undefined;
  later(() => belay?.stop());
  const up = async () => {
    belay = startChild(
      'Belay',
      [main, 'up', '--json', '--data', data, '--port', String(place.port)],
      cleanEnvironment(variables),
      say,
    );
    return Up.parse(await belay.firstJson);
  };
  const first = await up();
  return {
    client: clientAt({ url: place.url, door: 'terminal', token: readFileSync(join(data, 'token'), 'utf8').trim() }),
    data: first.data,
    temporal: first.temporal.address,
    temporalUi: first.temporal.uiUrl,
    killAndRestart: async () => {
      await belay?.kill();
      await up();
    },
  };
}
