import { existsSync } from 'node:fs';
import { findPart, type Part } from './find-part.ts';

/** The path of a part that must be there. Throws an Error saying how to get it. */
export function requirePart(part: Part): string {
  const path = findPart(part);
  if (path === undefined || !existsSync(path)) {
    throw new Error(`${part} was not found; test/support/parts/build gets it (or set BELAY_PARTS to where bin/ is)`);
  }
  return path;
}
