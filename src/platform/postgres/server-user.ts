import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { CliError } from '../problem.ts';

/** As whom PostgreSQL runs, and how a command is turned into one that runs so. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
  wrap(command: string, args: readonly string[]): readonly [string, readonly string[]];
}

/**
 * PostgreSQL refuses to run as root. Where Belay is root (a container, a CI machine), it runs as the owner of the data
 * it has, else as `postgres`, else as `nobody`; no account is made. That user need not be able to reach the data folder
 * by itself (a folder under /root is closed to it): it gets just the capability to pass closed folders, and nobody's
 * folder has to be opened for it. Undefined when Belay is not root and nothing of this is needed.
 * @throws CliError when root has no way to do it.
 */
export function serverUser(database: string): ServerUser | undefined {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return undefined;
  const owner = statSync(database, { throwIfNoEntry: false });
  const found =
    owner !== undefined && owner.uid !== 0
      ? { uid: owner.uid, gid: owner.gid }
      : (account('postgres') ?? account('nobody'));
  const refuse = (what: string): CliError =>
    new CliError(`PostgreSQL does not run as root, and ${what}; start Belay as another user, or set DATABASE_URL.`, 2);
  if (found === undefined) throw refuse('this machine has neither a user "postgres" nor "nobody"');
  const { uid, gid } = found;
  if (process.platform !== 'linux') return { ...found, wrap: (command, args) => [command, args] };
  const asUser = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs'];
  const capability = ['dac_read_search', 'dac_override'].find((name) => works([...asUser, ...granting(name)]));
  const flags = [...asUser, ...(capability === undefined ? [] : granting(capability))];
  if (!works(flags)) throw refuse('setpriv (package util-linux), which changes the user, is not here');
  return { ...found, wrap: (command, args) => ['setpriv', [...flags, '--', command, ...args]] };
}

// access(2) ignores the capabilities of whoever is not root unless this securebit is set, and initdb asks it about its own
// folder, which may be closed too (a checkout under /root). The capability stays the only one that the server has.
const granting = (capability: string): string[] => [
  '--securebits=+no_setuid_fixup',
  `--inh-caps=+${capability}`,
  `--ambient-caps=+${capability}`,
];

function works(flags: readonly string[]): boolean {
  try {
    execFileSync('setpriv', [...flags, '--', 'true'], { stdio: 'ignore', cwd: '/' });
    return true;
  } catch {
    return false;
  }
}

function account(name: string): { uid: number; gid: number } | undefined {
  try {
    const number = (flag: string): number =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: number('-u'), gid: number('-g') };
  } catch {
    return undefined;
  }
}
