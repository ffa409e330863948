import { execFile } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { reasonOf } from '../problem.ts';
import type { Progress } from './binary-sources.ts';
import { keepBinary } from './keep-binary.ts';

export interface DownloadOptions {
  readonly version: string;
  /** Where the binary is to be. */
  readonly to: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
  /** The official place, unless a test stands in for it. */
  readonly origin?: string;
  /** How long nothing may arrive; the whole may take as long as the line needs. */
  readonly stallMs?: number;
}

const ARCHITECTURE: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };
const PLATFORM: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };

/** Fetches the official release archive and unpacks it. Rejects with a reason that names the address. */
export async function downloadTemporal(options: DownloadOptions): Promise<string> {
  const { version, to, progress, origin = 'https://temporal.download', stallMs = 15_000 } = options;
  const arch = ARCHITECTURE[process.arch];
  const platform = PLATFORM[process.platform];
  if (arch === undefined || platform === undefined)
    throw new Error(`there is none for ${process.platform} on ${process.arch}`);
  const address = `${origin}/cli/archive/${version}?platform=${platform}&arch=${arch}`;
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error(`nothing arrived for ${stallMs / 1000} s`)), stallMs);
  const signal = AbortSignal.any([stalled.signal, ...(options.signal ? [options.signal] : [])]);
  try {
    progress('Fetching the Temporal server');
    return await keepBinary(to, async (scratch) => {
      const response = await fetch(address, { signal });
      if (!response.ok || response.body === null) throw new Error(`it answered ${response.status}`);
      const archive = join(scratch, 'archive');
      const total = Number(response.headers.get('content-length'));
      let received = 0;
      const meter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          timer.refresh();
          received += chunk.length;
          progress(
            `Fetching the Temporal server: ${Math.round(received / 1e6)} MB`,
            total > 0 ? received / total : undefined,
          );
          done(null, chunk);
        },
      });
      await pipeline(Readable.fromWeb(response.body), meter, createWriteStream(archive), { signal });
      clearTimeout(timer);
      await promisify(execFile)('tar', ['-xf', archive, '-C', scratch], { timeout: 120_000 });
      const binary = ['temporal', 'temporal.exe'].map((name) => join(scratch, name)).find((file) => existsSync(file));
      if (binary === undefined) throw new Error('there is no temporal in the archive');
      return binary;
    });
  } catch (error) {
    const reason = reasonOf(stalled.signal.aborted ? stalled.signal.reason : error);
    throw new Error(`${address}: ${reason}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
