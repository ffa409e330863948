import { once } from 'node:events';
import { createServer } from 'node:net';
import { CliError, codeOf } from '../../platform/problem.ts';

/** What is said of a port that somebody has; exit 2. */
export const portInUse = (port: number, cause: unknown): CliError =>
  new CliError(`Port ${port} is in use; stop what uses it or choose another with --port or BELAY_PORT.`, 2, { cause });

/**
 * Tries the port before anything is started that would have to be stopped again. Somebody may still take it meanwhile;
 * listening says the same then. @throws CliError (exit 2) for one in use
 */
export async function refusePortInUse(host: string, port: number): Promise<void> {
  const probe = createServer();
  try {
    await once(probe.listen(port, host), 'listening');
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') throw portInUse(port, error);
    throw error;
  } finally {
    probe.close();
  }
}
