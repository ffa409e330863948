import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes an empty folder that other users may pass through (PostgreSQL refuses to run as root). */
export function temporaryFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `belay-${purpose}-`));
  chmodSync(folder, 0o711);
  return folder;
}
