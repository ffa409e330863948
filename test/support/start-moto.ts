import { freePort } from './free-ports.ts';
import { requirePart } from './parts.ts';
import { startProgram } from './start-program.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A moto server that is up, on loopback: EC2, S3, STS, CloudWatch and Cost Explorer as it plays them, in memory. */
export interface RunningMoto {
  readonly url: string;
  /** Forgets everything of all accounts. */
  readonly reset: () => Promise<void>;
  /** What Cost Explorer of an account answers: to each new set of parameters the next of these, and then always that one. */
  readonly costAndUsage: (account: string, results: readonly object[]) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Credentials that moto takes for its own account; a role of another account leads to that account's resources. */
export const MOTO_CREDENTIALS = { accessKeyId: 'testing', secretAccessKey: 'testing' };

export async function startMoto(): Promise<RunningMoto> {
  const command = requirePart('moto_server');
  const folder = temporaryFolder('moto');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { stop } = await startProgram({
    name: 'moto',
    command,
    args: ['-H', '127.0.0.1', '-p', String(port)],
    cwd: folder,
    folder,
    // Some thousand images and snapshots of Amazon's, through which each question about snapshots would look.
    env: { MOTO_EC2_LOAD_DEFAULT_AMIS: 'false' },
    ready: async () => (await fetch(`${url}/moto-api/`)).ok,
  });
  const post = async (path: string, body?: object): Promise<void> => {
    const init =
      body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(`${url}${path}`, { method: 'POST', ...init });
    if (!answer.ok) throw new Error(`moto answered ${answer.status} to ${path}`);
  };
  return {
    url,
    reset: () => post('/moto-api/reset'),
    costAndUsage: (account_id, results) => post('/moto-api/static/ce/cost-and-usage-results', { account_id, results }),
    stop,
  };
}
