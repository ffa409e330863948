import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { BUNDLE_FILES, MANIFEST_FILE } from '../../domain/ledger-bundle.ts';
import { CliError } from '../../platform/problem.ts';

/** Puts an exported zip at a path: as it is for a `.zip`, else unpacked into a folder. @throws CliError when something is there. */
export function writeBundle(zip: Buffer, path: string): void {
  if (path.endsWith('.zip')) {
    if (existsSync(path)) throw new CliError(`${path} is there already; give another with --out.`, 2);
    writeFileSync(path, zip, { mode: 0o600 });
    return;
  }
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (readdirSync(path).length > 0)
    throw new CliError(`${path} has things in it; give an empty or new folder with --out.`, 2);
  const files = unzipSync(zip);
  // Only names that are known: what a server calls its files is no path here.
  for (const name of [...BUNDLE_FILES, MANIFEST_FILE]) {
    const content = files[name];
    if (content) writeFileSync(join(path, name), content, { mode: 0o600 });
  }
}
