import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { CliError, codeOf, reasonOf } from '../../platform/problem.ts';
import { unzipped } from '../ledger/read-bundle.ts';

/** Every file below a folder by its path there; what is no file does not belong, which the check says by its name. */
function filesIn(folder: string): Map<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const name = relative(folder, path).split(sep).join('/');
        return [name, entry.isFile() ? readFileSync(path) : Buffer.alloc(0)];
      }),
  );
}

/** The files of a pack, from its folder or its zip. @throws CliError (exit 2) when it is neither. */
export function readPack(path: string): Map<string, Buffer> {
  try {
    return statSync(path).isDirectory() ? filesIn(path) : unzipped(readFileSync(path));
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'is not there' : `cannot be read as a proof pack: ${reasonOf(error)}`;
    throw new CliError(`${path} ${why}.`, 2, { cause: error });
  }
}
