import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CliError, reasonOf } from '../problem.ts';
import type { BinarySource, Progress } from './binary-sources.ts';

export interface TemporalBinary {
  readonly path: string;
  /** The server's version, such as `1.29.1`. */
  readonly server: string;
  /** Which source it came from. */
  readonly from: string;
}

/** The part of a version that a data folder is bound to: `1.29.1` → `1.29`. */
export const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.');

/**
 * The first binary that runs and, where `wantedMinor` is given, is of the server version that made the data folder.
 * @throws CliError (exit 3) with every source's reason and what to do.
 */
export async function findTemporal(
  sources: readonly BinarySource[],
  progress: Progress,
  wantedMinor?: string,
): Promise<TemporalBinary> {
  const reasons: string[] = [];
  for (const source of sources) {
    try {
      const path = await source.get(progress);
      const server = await serverVersion(path);
      if (wantedMinor === undefined || minorOf(server) === wantedMinor) return { path, server, from: source.name };
      reasons.push(`${source.name}: ${path} is server ${server}, and this data folder was made by ${wantedMinor}`);
    } catch (error) {
      reasons.push(`${source.name}: ${reasonOf(error)}`);
    }
  }
  const what =
    wantedMinor === undefined
      ? 'the Temporal server'
      : `the Temporal server ${wantedMinor}, which made this data folder,`;
  throw new CliError(
    [
      `Belay needs ${what} and could not get it:`,
      ...reasons.map((line) => `  ${line}`),
      'Install the Temporal CLI (https://docs.temporal.io/cli/setup-cli) so that `temporal` is on the PATH,',
      'or set TEMPORAL_ADDRESS to a server that runs already.',
    ].join('\n'),
    3,
  );
}

async function serverVersion(path: string): Promise<string> {
  let output: string;
  try {
    // The first run of a new binary may be scanned by the system, which takes its time.
    output = (await promisify(execFile)(path, ['--version'], { timeout: 20_000 })).stdout;
  } catch (error) {
    throw new Error(`${path} does not run (${reasonOf(error)})`, { cause: error });
  }
  const version = /Server (\d+\.\d+\.\d+)/.exec(output)?.[1];
  if (version === undefined) throw new Error(`${path} does not say which server it is (${output.trim().slice(0, 80)})`);
  return version;
}
