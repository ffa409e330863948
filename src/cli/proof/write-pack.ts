import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { PROOF_FILES, PROOF_MANIFEST } from '../../domain/proof-pack.ts';
import { CliError } from '../../platform/problem.ts';

/** Unpacks an exported zip into a folder. @throws CliError (exit 2) when something is there. */
export function writePack(zip: Buffer, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (readdirSync(folder).length > 0) throw new CliError(`${folder} has things in it; give an empty or new folder.`, 2);
  const files = unzipSync(zip);
  // Only names that are known: what a server calls its files is no path here.
  for (const name of [...PROOF_FILES, PROOF_MANIFEST]) {
    const content = files[name];
    if (!content) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, name), content, { mode: 0o600 });
  }
}
