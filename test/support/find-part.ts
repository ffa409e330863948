import { accessSync, constants } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { findPostgres } from './find-postgres.ts';

/** A program (or file) that tests run and that npm does not bring. */
export type Part =
  | 'temporal'
  | 'initdb'
  | 'postgres'
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kwok'
  | 'kwok-stages.yaml'
  | 'prometheus'
  | 'alertmanager'
  | 'chromium'
  | 'moto_server'
  | 'prowler';

/** Built at one exact version by test/support/parts/build. An older one of the system breaks tests in hard to see ways. */
const BUILT_ONLY = new Set<Part>([
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'kwok-stages.yaml',
  'moto_server',
  'prowler',
]);

const OTHER_NAMES: Partial<Record<Part, readonly string[]>> = {
  alertmanager: ['prometheus-alertmanager', 'alertmanager'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
};

/**
 * Where this machine has the part: `$BELAY_PARTS/bin`, the caches of this project in the home folder, the PATH;
 * PostgreSQL is where {@link findPostgres} says. Undefined when nowhere.
 */
export function findPart(part: Part): string | undefined {
  const names = OTHER_NAMES[part] ?? [part];
  const folders = BUILT_ONLY.has(part) ? cacheFolders() : [...cacheFolders(), ...pathFolders()];
  if (part === 'initdb' || part === 'postgres') {
    const folder = findPostgres();
    return folder === undefined ? undefined : join(folder, part);
  }
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(usable);
}

function usable(path: string): boolean {
  try {
    accessSync(path, path.endsWith('.yaml') ? constants.R_OK : constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function cacheFolders(): string[] {
  // With HOME pointing at an empty folder, what this user once built is still where the password file says.
  const homes = [...new Set([homedir(), userInfo().homedir])];
  const given = process.env['BELAY_PARTS'];
  return [
    ...(given ? [join(given, 'bin')] : []),
    ...homes.map((home) => join(home, '.cache', 'belay-parts', 'bin')),
    ...homes.flatMap((home) => [join(home, '.cache', 'belay'), join(home, '.cache', 'belay', 'bin')]),
  ];
}

function pathFolders(): string[] {
  return (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
}
