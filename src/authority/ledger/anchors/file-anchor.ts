import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canonicalJson } from '../../../domain/digest.ts';
import { codeOf } from '../../../platform/problem.ts';
import type { Anchor } from './anchor.ts';
import { parseCheckpoint } from './parse-checkpoint.ts';

/** One line per checkpoint at the end of a file: on another disk, a WORM share, or with `chattr +a`. */
export const fileAnchor = (path: string): Anchor => ({
  name: `file:${path}`,
  write: async (checkpoint) => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await appendFile(path, `${canonicalJson(checkpoint)}\n`, { mode: 0o600, flush: true });
  },
  latest: async () => {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return '';
      throw error;
    });
    const last = text.trimEnd().split('\n').at(-1);
    return last ? parseCheckpoint(last, path) : undefined;
  },
});
