import { CliError } from '../platform/problem.ts';
import type { ApiClient } from './client.ts';
import { haltsBanner, HaltList } from './text/halt-lines.ts';

/** Says first what is halted, on standard error, so that lists stay lists. A server that knows no halts has none. */
export async function printHalts(client: ApiClient): Promise<void> {
  try {
    const banner = haltsBanner((await client.get('/api/halts', HaltList)).halts);
    if (banner !== undefined) process.stderr.write(`${banner}\n`);
  } catch (error) {
    if (!(error instanceof CliError) || error.exitCode !== 1) throw error;
  }
}
