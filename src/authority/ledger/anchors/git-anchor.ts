import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { canonicalJson } from '../../../domain/digest.ts';
import { codeOf } from '../../../platform/problem.ts';
import type { Anchor } from './anchor.ts';
import { parseCheckpoint } from './parse-checkpoint.ts';

const run = promisify(execFile);
const FILE = 'belay-checkpoint.json';

/**
 * A commit per checkpoint in a clone, pushed where the clone has a remote. A remote that refuses forced pushes keeps
 * what this machine would take back. Arguments are a list; no shell reads them.
 */
export function gitAnchor(folder: string): Anchor {
  const git = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, GIT_TERMINAL_PROMPT: '0' };
    return (await run('git', ['-C', folder, ...args], { timeout: 30_000, env })).stdout.trim();
  };
  const remote = async () => (await git('remote')).split('\n').find((name) => name !== '');
  return {
    name: `git:${folder}`,
    write: async (checkpoint) => {
      const upstream = await remote();
      if (upstream !== undefined && (await hasBranch(git, upstream))) await git('pull', '--rebase', '-q', upstream);
      await writeFile(join(folder, FILE), `${canonicalJson(checkpoint)}\n`);
      await git('add', '--', FILE);
      const said = `Checkpoint ${checkpoint.number}: ${checkpoint.entries} entries of ${checkpoint.chains} chains`;
      const author = ['-c', 'user.name=Belay', '-c', 'user.email=belay@localhost', '-c', 'commit.gpgsign=false'];
      // Again after a push that failed: what was committed then is still to be pushed.
      if ((await git('status', '--porcelain', '--', FILE)) !== '')
        await git(...author, 'commit', '-q', '-m', said, '--', FILE);
      if (upstream !== undefined) await git('push', '-q', upstream, 'HEAD');
    },
    latest: async () => {
      const upstream = await remote();
      if (upstream !== undefined && (await hasBranch(git, upstream))) await git('pull', '--rebase', '-q', upstream);
      const text = await readFile(join(folder, FILE), 'utf8').catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      });
      return text === undefined ? undefined : parseCheckpoint(text, folder);
    },
  };
}

/** Whether the remote knows the branch that is checked out, so that there is something to pull. */
async function hasBranch(git: (...args: string[]) => Promise<string>, remote: string): Promise<boolean> {
  const branch = await git('symbolic-ref', '--short', 'HEAD');
  return (await git('ls-remote', '--heads', remote, branch)) !== '';
}
