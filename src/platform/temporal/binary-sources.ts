import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { downloadTemporal } from './download-temporal.ts';
import { buildTemporal } from './build-temporal.ts';

/** Says what is going on, and how far it is (0 to 1) where that is known. */
export type Progress = (text: string, fraction?: number) => void;

/** One place a `temporal` binary may come from. `get` gives its path, or rejects with why not, in a person's words. */
export interface BinarySource {
  readonly name: string;
  get(progress: Progress): Promise<string>;
}

export interface BinaryPlaces {
  readonly path: string;
  /** Belay's own cache folder; what is fetched or built is kept there. */
  readonly cache: string;
  /** A folder whose `bin/` holds prebuilt servers. */
  readonly parts?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The CLI release Belay fetches or builds (server 1.29.1). Later ones cannot be built by `go install`: nested modules. */
export const TEMPORAL_CLI_VERSION = 'v1.5.1';

const executable = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

/** Where to look, in order: what was given on purpose, the PATH, the cache, the official download, a build with Go. */
export function binarySources(places: BinaryPlaces): BinarySource[] {
  const kept = join(places.cache, `temporal-${TEMPORAL_CLI_VERSION}${process.platform === 'win32' ? '.exe' : ''}`);
  const there = (file: string, missing: string): Promise<string> =>
    existsSync(file) ? Promise.resolve(file) : Promise.reject(new Error(missing));
  return [
    ...(places.parts === undefined
      ? []
      : [
          {
            name: 'BELAY_PARTS',
            get: () => there(join(places.parts ?? '', 'bin', executable), `no ${executable} in ${places.parts}/bin`),
          },
        ]),
    {
      name: 'PATH',
      get: () => {
        const found = places.path
          .split(delimiter)
          .filter((folder) => folder !== '')
          .map((folder) => join(folder, executable))
          .find((file) => existsSync(file));
        return found === undefined ? Promise.reject(new Error(`no ${executable} on it`)) : Promise.resolve(found);
      },
    },
    { name: 'cache', get: () => there(kept, `nothing in ${places.cache} yet`) },
    {
      name: 'download',
      get: (progress) => downloadTemporal({ version: TEMPORAL_CLI_VERSION, to: kept, progress, signal: places.signal }),
    },
    {
      name: 'go install',
      get: (progress) =>
        buildTemporal({ version: TEMPORAL_CLI_VERSION, to: kept, path: places.path, progress, signal: places.signal }),
    },
  ];
}
