import { lstatSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

const STATE = z.object({
  pid: z.int().positive(),
  control: z.url(),
  token: z.string().min(1),
  /** The folder with its kubeconfig. */
  folder: z.string().default(''),
});

/** How the folders of sandboxes begin, in the folder for temporary files. */
export const FOLDER_PREFIX = 'belay-sandbox-';

/** How to reach a running sandbox. */
export type SandboxState = z.infer<typeof STATE>;

const owner = (): string => userInfo().username.replaceAll(/[^\w.-]/g, '_');

/** One file per control port, and one more that names the latest. */
const pathFor = (folder: string, port?: number): string =>
  join(folder, port === undefined ? `belay-sandbox-${owner()}.json` : `belay-sandbox-${owner()}-${port}.json`);

const portOf = (state: SandboxState): number => Number(new URL(state.control).port);

/** Puts a note in place by renaming a new file: never written through a link that somebody left in a shared folder. */
function put(path: string, state: SandboxState): void {
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, JSON.stringify(state), { mode: 0o600, flag: 'wx' });
  renameSync(draft, path);
}

/**
 * Notes where this sandbox is, readable for this user only, and that it is the latest. Returns what takes the note away
 * again; the latest is then another one that still runs.
 */
export function writeState(state: SandboxState, folder: string = tmpdir()): () => void {
  put(pathFor(folder, portOf(state)), state);
  put(pathFor(folder), state);
  return () => {
    rmSync(pathFor(folder, portOf(state)), { force: true });
    if (readState(undefined, folder)?.pid !== state.pid) return;
    rmSync(pathFor(folder), { force: true });
    const other = notes(folder).find(({ note }) => isAlive(note.pid));
    if (other) put(pathFor(folder), other.note);
  };
}

/** Every sandbox of this user that was noted under its port. */
function notes(folder: string): { name: string; note: SandboxState }[] {
  const mine = new RegExp(`^belay-sandbox-${RegExp.escape(owner())}-(?<port>\\d+)\\.json$`);
  return readdirSync(folder).flatMap((name) => {
    const port = mine.exec(name)?.groups?.['port'];
    const note = port === undefined ? undefined : readState(Number(port), folder);
    return note ? [{ name, note }] : [];
  });
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Takes away what a sandbox that was killed could not: its notes, and the folder with its kubeconfig. */
export function forgetDead(folder: string = tmpdir()): void {
  for (const { name, note: state } of notes(folder)) {
    if (isAlive(state.pid)) continue;
    rmSync(join(folder, name), { force: true });
    if (readState(undefined, folder)?.pid === state.pid) rmSync(pathFor(folder), { force: true });
    const isOurs = dirname(state.folder) === folder && basename(state.folder).startsWith(FOLDER_PREFIX);
    if (isOurs) rmSync(state.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The sandbox whose control server is on a port, or the latest; `undefined` when none was noted, or the note is somebody else's. */
export function readState(port?: number, folder: string = tmpdir()): SandboxState | undefined {
  const path = pathFor(folder, port);
  try {
    const file = lstatSync(path);
    if (!file.isFile() || (process.getuid !== undefined && file.uid !== process.getuid())) return undefined;
    return STATE.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
