import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const STATE = z.object({ pid: z.int(), control: z.url(), token: z.string().min(1) });

/** How to reach a running sandbox. */
export type SandboxState = z.infer<typeof STATE>;

const owner = (): string => userInfo().username.replaceAll(/[^\w.-]/g, '_');

/** One file per control port, and one more that names the latest. */
const pathFor = (port?: number): string =>
  join(tmpdir(), port === undefined ? `belay-sandbox-${owner()}.json` : `belay-sandbox-${owner()}-${port}.json`);

const portOf = (state: SandboxState): number => Number(new URL(state.control).port);

/** Notes where this sandbox is, readable for this user only. Returns what takes the note away again. */
export function writeState(state: SandboxState): () => void {
  for (const path of [pathFor(portOf(state)), pathFor()]) {
    const draft = `${path}.${process.pid}.tmp`;
    // A new file put in place by renaming: never written through a link that somebody left in a shared folder.
    writeFileSync(draft, JSON.stringify(state), { mode: 0o600, flag: 'wx' });
    renameSync(draft, path);
  }
  return () => {
    rmSync(pathFor(portOf(state)), { force: true });
    if (readState()?.pid === state.pid) rmSync(pathFor(), { force: true });
  };
}

/** The sandbox whose control server is on a port, or the latest; `undefined` when none was noted, or the note is somebody else's. */
export function readState(port?: number): SandboxState | undefined {
  const path = pathFor(port);
  try {
    const file = lstatSync(path);
    if (!file.isFile() || (process.getuid !== undefined && file.uid !== process.getuid())) return undefined;
    return STATE.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
