import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from './free-ports.ts';
import { requirePart } from './parts.ts';
import { startProgram } from './start-program.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What to watch. */
export interface PrometheusOptions {
  /** `host:port` of each target; its `/metrics` is read every second. */
  readonly scrape: readonly string[];
  /** A rule file, as YAML text; evaluated every second. */
  readonly rules?: string;
  /** The url of the Alertmanager that is told. */
  readonly alertmanager?: string;
}

/** A Prometheus that is up, on loopback. */
export interface RunningPrometheus {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts Prometheus. Throws with its own message when the rules are invalid. */
export async function startPrometheus({ scrape, rules, alertmanager }: PrometheusOptions): Promise<RunningPrometheus> {
  const command = requirePart('prometheus');
  const folder = temporaryFolder('prometheus');
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    scrape_configs: [{ job_name: 'test', static_configs: [{ targets: scrape }] }],
    ...(rules === undefined ? {} : { rule_files: [join(folder, 'rules.yml')] }),
    ...(alertmanager === undefined
      ? {}
      : { alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager).host] }] }] } }),
  };
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config));
  if (rules !== undefined) writeFileSync(join(folder, 'rules.yml'), rules);
  const url = `http://127.0.0.1:${await freePort()}`;
  const { stop } = await startProgram({
    name: 'Prometheus',
    command,
    args: [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
    ],
    cwd: folder,
    folder,
    ready: async () => (await fetch(`${url}/-/ready`)).ok,
  });
  return { url, stop };
}
