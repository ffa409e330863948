import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Beside `src` in the checkout and beside the compiled `src` in a package. */
const POLICIES = join(import.meta.dirname, '..', '..', '..', 'policies');

/** The sets that ship: of a team with a directory, of a team that has only BELAY_APPROVERS, of one person. */
export const SHIPPED_SETS = {
  team: ['team'],
  'one-group': ['team', 'one-group'],
  solo: ['solo'],
} as const;
export type ShippedSet = keyof typeof SHIPPED_SETS;

/** Where a set's files are; a later folder's file takes the place of an earlier one's of the same name. */
export const foldersOf = (set: ShippedSet): string[] => SHIPPED_SETS[set].map((folder) => join(POLICIES, folder));

/** The `*.cedar` files of a set, by name. */
export function shippedFiles(set: ShippedSet): Record<string, string> {
  return Object.fromEntries(
    foldersOf(set).flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => file.endsWith('.cedar'))
        .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
    ),
  );
}
