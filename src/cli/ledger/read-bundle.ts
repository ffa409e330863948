import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { CliError, codeOf, reasonOf } from '../../platform/problem.ts';

/** The files of a bundle, from its folder or its zip. @throws CliError (exit 2) when it is neither. */
export function readBundle(path: string): Map<string, Buffer> {
  try {
    if (statSync(path).isDirectory())
      return new Map(
        readdirSync(path, { withFileTypes: true }).map((entry) => [
          entry.name,
          // What is no file does not belong there, which the check says by its name.
          entry.isFile() ? readFileSync(join(path, entry.name)) : Buffer.alloc(0),
        ]),
      );
    return unzipped(readFileSync(path));
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'is not there' : `cannot be read as a bundle: ${reasonOf(error)}`;
    throw new CliError(`${path} ${why}.`, 2, { cause: error });
  }
}

/** The files of a zip by their names. @throws when it is none. */
export const unzipped = (zip: Buffer): Map<string, Buffer> =>
  new Map(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, Buffer.from(bytes)]));
