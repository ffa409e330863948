import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import envPaths from 'env-paths';
import { openDataFolder } from '../src/platform/data/data-folder.ts';
import { startEmbeddedPostgres } from '../src/platform/postgres/embedded-postgres.ts';
import { binarySources } from '../src/platform/temporal/binary-sources.ts';
import { startEmbeddedTemporal } from '../src/platform/temporal/embedded-temporal.ts';

/** Where the product finds its Temporal server. */
export const temporalSources = () =>
  binarySources({
    path: process.env['PATH'] ?? '',
    cache: envPaths('belay', { suffix: '' }).cache,
    parts: process.env['BELAY_PARTS'],
  });

/** The product's own embedded servers on a folder of their own: PostgreSQL with fsync on, Temporal tuned and on disk. */
export async function startEmbeddedServers() {
  const folder = mkdtempSync(join(tmpdir(), 'belay-bench-'));
  const data = openDataFolder(join(folder, 'data'));
  const ended = (how: string) => console.error(`a server ended: ${how}`);
  const postgres = await startEmbeddedPostgres({ data, progress: () => undefined, onUnexpectedEnd: ended });
  const temporal = await startEmbeddedTemporal({
    data,
    sources: temporalSources(),
    progress: () => undefined,
    onUnexpectedEnd: ended,
  });
  return {
    databaseUrl: postgres.url,
    temporal: temporal.address,
    stop: async () => {
      await temporal.stop();
      await postgres.stop();
      data.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
