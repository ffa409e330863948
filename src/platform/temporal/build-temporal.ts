import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isNativeError } from 'node:util/types';
import { codeOf, reasonOf } from '../problem.ts';
import type { Progress } from './binary-sources.ts';
import { keepBinary } from './keep-binary.ts';

export interface BuildOptions {
  readonly version: string;
  readonly to: string;
  readonly path: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** Long enough for a slow machine on a slow line; cold it takes about two minutes on two cores. */
const LIMIT_MS = 20 * 60_000;

/** Builds the server with Go, where Go is on the PATH. Rejects with Go's own last line. */
export async function buildTemporal(options: BuildOptions): Promise<string> {
  const { version, to, path, progress } = options;
  const env = { ...process.env, PATH: path };
  const run = promisify(execFile);
  try {
    await run('go', ['version'], { env, timeout: 20_000 });
  } catch (error) {
    throw new Error(codeOf(error) === 'ENOENT' ? 'Go is not on the PATH' : reasonOf(error), { cause: error });
  }
  const since = Date.now();
  const tell = (): void => {
    progress(
      `Building the Temporal server with Go, about two minutes: ${Math.round((Date.now() - since) / 1000)} s so far`,
    );
  };
  tell();
  const ticking = setInterval(tell, 1000);
  try {
    return await keepBinary(to, async (scratch) => {
      await run('go', ['install', `github.com/temporalio/cli/cmd/temporal@${version}`], {
        env: { ...env, GOBIN: scratch },
        cwd: scratch,
        timeout: LIMIT_MS,
        maxBuffer: 64 * 1024 * 1024,
        ...(options.signal && { signal: options.signal }),
      });
      return join(scratch, process.platform === 'win32' ? 'temporal.exe' : 'temporal');
    });
  } catch (error) {
    const said = isNativeError(error) && 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : undefined;
    throw new Error(said || reasonOf(error), { cause: error });
  } finally {
    clearInterval(ticking);
  }
}
