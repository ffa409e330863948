import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from './free-ports.ts';
import { requirePart } from './parts.ts';
import { startProgram } from './start-program.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Whom to tell. */
export interface AlertmanagerOptions {
  /** Gets every group of alerts at once, firing and resolved. */
  readonly webhook: string;
  /** Sent to it as `Authorization: Bearer`. */
  readonly bearerToken?: string;
  /** The labels that make a group; all of them unless given. */
  readonly groupBy?: readonly string[];
}

/** An Alertmanager that is up, on loopback. */
export interface RunningAlertmanager {
  /** Post alerts to `/api/v2/alerts` below it. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts an Alertmanager that knows one receiver and does not wait. */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<RunningAlertmanager> {
  const command = requirePart('alertmanager');
  const folder = temporaryFolder('alertmanager');
  const { webhook, bearerToken, groupBy = ['...'] } = options;
  const authorization = { authorization: { type: 'Bearer', credentials: bearerToken } };
  const config = {
    route: { receiver: 'belay', group_by: groupBy, group_wait: '0s', group_interval: '1s', repeat_interval: '1h' },
    receivers: [
      {
        name: 'belay',
        webhook_configs: [
          { url: webhook, send_resolved: true, ...(bearerToken === undefined ? {} : { http_config: authorization }) },
        ],
      },
    ],
  };
  writeFileSync(join(folder, 'alertmanager.yml'), stringify(config));
  const url = `http://127.0.0.1:${await freePort()}`;
  const { stop } = await startProgram({
    name: 'Alertmanager',
    command,
    args: [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
      // Empty: it needs no peers and opens no port for them.
      '--cluster.listen-address=',
    ],
    cwd: folder,
    folder,
    ready: async () => (await fetch(`${url}/-/ready`)).ok,
  });
  return { url, stop };
}
