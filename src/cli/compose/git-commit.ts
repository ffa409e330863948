import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Git must answer soon; a bundle is loaded with or without it. Milliseconds. */
const PATIENCE = 5000;

/**
 * The commit a folder is at, `-dirty` when files in it differ from that; null where it is in no Git repository, or Git
 * is not there.
 */
export async function gitCommit(folder: string): Promise<string | null> {
  const git = async (...args: string[]) =>
    (await run('git', ['-C', folder, ...args], { timeout: PATIENCE, maxBuffer: 16 * 1024 * 1024 })).stdout.trim();
  try {
    const commit = await git('rev-parse', 'HEAD');
    const changed = await git('status', '--porcelain', '--', '.');
    return changed === '' ? commit : `${commit}-dirty`;
  } catch {
    return null;
  }
}
