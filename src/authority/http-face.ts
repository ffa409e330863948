import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ActionId } from '../domain/ids.ts';
import { kindOfQueue, queueOf } from '../domain/queue.ts';
import { Failure } from '../domain/failure.ts';
import { HttpProblem } from '../platform/http/problem.ts';
import { bearerOf, sameSecret, sha256Hex } from '../platform/http/secret-match.ts';
import { calls } from './calls.ts';
import { parseRequest } from './parse-request.ts';
import { type AuthorityClient, type Call, protocol, type Welcome } from './protocol.ts';

export type WorkerTokens = Readonly<Record<string, string | readonly string[]>>;

export interface AuthorityFaceOptions {
  /** The direct implementation. */
  readonly authority: AuthorityClient;
  /** By queue: SHA-256 of its worker's token, in hex; several while one is changed. A queue that is not named has no token that works. */
  readonly workerTokens: WorkerTokens;
  /** What `GET /authority/welcome` tells a worker, besides its queue. Without it there is no such address. */
  readonly welcome?: (() => Omit<Welcome, 'queue'>) | undefined;
  /** The tools queue whose credential an action needs; undefined for an action that is not known. */
  readonly queueOfAction: (action: ActionId) => Promise<string | undefined>;
}

/** Evidence is capped well below this before it is stored. Bytes. */
const BLOB_BODY_LIMIT = 4 * 1024 * 1024;

declare module 'fastify' {
  interface FastifyRequest {
    /** The queue whose worker sent this, by its token; null outside the authority's face. */
    queue: string | null;
  }
}

/**
 * `POST /authority/<call>`, one route per entry of `protocol`: a worker's token names its queue, the queue's kind must
 * be among those that may make the call, and a tools worker speaks only of actions on its own connection. What passes
 * is parsed on its way in and on its way out. Failures keep their type in the problem's.
 */
export async function authorityFace(app: FastifyInstance, options: AuthorityFaceOptions): Promise<void> {
  app.decorateRequest('queue', null);
  app.addHook('onRequest', async (request) => {
    request.queue = queueOfToken(request, options.workerTokens);
  });
  const { welcome } = options;
  if (welcome)
    app.get('/authority/welcome', { schema: { hide: true } }, ({ queue }): Welcome => ({
      queue: queue ?? '',
      ...welcome(),
    }));
  for (const call of calls) {
    app.post(`/authority/${call}`, {
      ...(call === 'putBlob' ? { bodyLimit: BLOB_BODY_LIMIT } : {}),
      schema: { hide: true },
      onRequest: async ({ queue }) => refuseKind(queue, call),
      handler: async (request, reply) => {
        const parsed = parseRequest(call, request.body);
        if ('issues' in parsed) throw invalidRequest(call, parsed.issues);
        await refuseOthersActions(request.queue ?? '', call, parsed.data, options);
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one key of the table ties request and answer together, which the compiler cannot follow through the loop
        const handler = options.authority[call] as (given: unknown) => Promise<unknown>;
        return reply.send(protocol[call].response.parse(await handler(parsed.data)));
      },
    });
  }
}

function queueOfToken(request: FastifyRequest, tokens: WorkerTokens): string {
  const token = bearerOf(request.headers.authorization);
  const hash = token === undefined ? undefined : sha256Hex(token);
  // All are compared, so that the time does not tell which queue comes first.
  const [queue] = Object.entries(tokens)
    .flatMap(([name, hashes]) => [hashes].flat().map((wanted) => [name, wanted] as const))
    .filter(([, wanted]) => hash !== undefined && sameSecret(hash, wanted.toLowerCase()));
  if (queue) return queue[0];
  const headers = { 'www-authenticate': 'Bearer' };
  throw new HttpProblem(401, "Send a worker's token: Authorization: Bearer <token>.", { headers });
}

function refuseKind(queue: string | null, call: Call): void {
  const kind = queue === null ? undefined : kindOfQueue(queue);
  const by: readonly string[] = protocol[call].by;
  if (kind === undefined || !by.includes(kind))
    throw new Failure('stop.forbidden', `queue ${queue ?? '(none)'} may not call ${call}; ${by.join(' and ')} may`);
}

async function refuseOthersActions(
  queue: string,
  call: Call,
  request: unknown,
  { queueOfAction }: AuthorityFaceOptions,
): Promise<void> {
  if (!SCOPED.has(call)) return;
  const needed =
    call === 'preview'
      ? queueOfPreview(request)
      : OF_CONNECTION.has(call)
        ? queueOfConnection(request)
        : await queueOfAction(Scoped.parse(request).action);
  // One answer for an action that is another's and one that is not there: a token is no way to ask which exist.
  if (needed !== queue) throw new Failure('stop.forbidden', `this is nothing of queue ${queue}`);
}

/** Calls that speak of one action; a tools worker makes them for its own connection only. */
const SCOPED: ReadonlySet<Call> = new Set([
  'preview',
  'action',
  'grant',
  'outcome',
  'release',
  'putItems',
  'previews',
  'recordScan',
]);
/** Those of them that name the connection themselves. */
const OF_CONNECTION: ReadonlySet<Call> = new Set(['putItems', 'previews', 'recordScan']);

const OfConnection = z.object({ system: z.string(), connection: z.string() });

function queueOfConnection(request: unknown): string {
  const { system, connection } = OfConnection.parse(request);
  return queueOf(system, connection);
}

const Scoped = z.object({ action: ActionId });

function queueOfPreview(request: unknown): string {
  const { target } = protocol.preview.request.parse(request).preview;
  return queueOf(target.system, target.connection);
}

function invalidRequest(call: Call, issues: readonly { path: PropertyKey[]; message: string }[]): HttpProblem {
  const errors = issues.map(({ path, message }) => ({ field: path.map(String).join('.') || 'body', message }));
  const detail = `${call}: ${errors.map(({ field, message }) => `${field}: ${message}`).join('; ')}`;
  return new HttpProblem(422, detail, { errors });
}
