import type { Digest } from '../../domain/digest.ts';
import { Welcome } from '../../authority/protocol.ts';
import type { Logger } from '../../platform/log.ts';
import { CliError, reasonOf } from '../../platform/problem.ts';

/** What a worker believes of itself, to be compared with what the server says. */
export interface WorkerIdentity {
  readonly url: string;
  readonly token: string;
  readonly queue: string;
  /** Of the pinned public keys; undefined where the queue checks no signature. */
  readonly keyIds: readonly string[] | undefined;
  /** Of the payload keys, all of which decrypt; undefined without a codec. */
  readonly payloadKeys: readonly string[] | undefined;
  /** Of the build it runs; undefined where it loads none. */
  readonly build: Digest | undefined;
  readonly log: Logger;
}

const PATIENCE_MS = 5000;

async function ask({ url, token, queue }: WorkerIdentity): Promise<Welcome> {
  let response: Response;
  try {
    response = await fetch(`${url}/authority/welcome`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch (error) {
    throw new CliError(`${url} does not answer (${reasonOf(error)})`, 3, { cause: error });
  }
  if (response.status === 401)
    throw new CliError(
      `The server on ${url} does not know this worker's token. Its SHA-256 belongs under "${queue}" in the server's BELAY_WORKER_TOKENS_FILE.`,
      2,
    );
  if (!response.ok) throw new CliError(`${url} answered ${response.status}`, response.status >= 500 ? 3 : 2);
  const parsed = Welcome.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) throw new CliError(`${url} is no Belay server of this version.`, 2);
  return parsed.data;
}

/**
 * Asks the server who this worker is, and compares. The server judges every call again; this is so that a mistake is one
 * clear line at start and not a run that fails. @throws CliError (exit 2) for a mistake, (exit 3) while nobody answers.
 */
export async function beWelcome(worker: WorkerIdentity): Promise<void> {
  const welcome = await ask(worker);
  const wrong = (message: string): never => {
    throw new CliError(message, 2);
  };
  if (welcome.queue !== worker.queue)
    wrong(
      `This token is of the queue ${welcome.queue}, and this worker is for ${worker.queue}; each queue has its own.`,
    );
  if (worker.keyIds !== undefined && !worker.keyIds.includes(welcome.keyId))
    wrong(
      `The server on ${worker.url} signs with the key ${welcome.keyId}; the one in BELAY_AUTHORITY_KEY_FILE is ${worker.keyIds.join(', ')}.`,
    );
  const { payloadKey } = welcome;
  if (payloadKey === null && worker.payloadKeys !== undefined)
    wrong('This worker encrypts what Temporal is given and the server does not; give both BELAY_PAYLOAD_KEY_FILE.');
  if (payloadKey !== null && !worker.payloadKeys?.includes(payloadKey))
    wrong(
      `The server encrypts with the payload key "${payloadKey}", which this worker's BELAY_PAYLOAD_KEY_FILE has not.`,
    );
  if (worker.build !== undefined && worker.build !== welcome.build)
    worker.log.warn({ own: worker.build, server: welcome.build }, 'this worker and the server are of different builds');
}
