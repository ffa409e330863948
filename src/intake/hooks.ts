import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Doors } from '../authority/doors.ts';
import { AlertReceipt } from '../domain/alert.ts';
import { Failure } from '../domain/failure.ts';
import { HttpProblem, retryAfterOf } from '../platform/http/problem.ts';
import { parseStrictJson } from '../platform/http/strict-json.ts';
import type { Source } from '../sdk/define-source.ts';
import { type HookProof, isOpen, signatureHolds, signatureOf, tokenHolds, unprovenProblem } from './proof.ts';
import { type RouteTable, routeFor } from './routes.ts';
import { sources as shippedSources } from './sources/index.ts';

export interface HooksOptions {
  readonly doors: Pick<Doors, 'receiveAlerts'>;
  readonly routes: RouteTable;
  readonly proofOf: (source: string) => HookProof;
  /** The `Host` values of this server; an unproven delivery must carry one of them (DNS rebinding). */
  readonly hosts: () => readonly string[];
  /** False while Temporal is known to be down: what is stored is `queued`, and starts when it is back. */
  readonly temporalUp: () => boolean;
  readonly sources?: ReadonlyMap<string, Source>;
}

/** Above the largest delivery a monitoring system sends; refused by Content-Length, or while reading. Bytes. */
export const HOOK_BODY_LIMIT = 1024 * 1024;

const Params = z.object({ source: z.string() });

/**
 * `POST /hooks/:source`: verifies and parses deliveries and hands them to the inbox; decides nothing. 202 once stored,
 * never before. A problem of ours is 503 with `Retry-After`: Alertmanager repeats those and drops every 4xx, 429 included.
 */
export async function hooks(app: FastifyInstance, options: HooksOptions): Promise<void> {
  const known = options.sources ?? shippedSources;
  // The proof covers the bytes as they came, so nothing may parse them before.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: HOOK_BODY_LIMIT },
    async (_: unknown, body: Buffer) => body,
  );

  const sourceOf = (request: FastifyRequest): Source => {
    const source = known.get(Params.parse(request.params).source);
    if (source) return source;
    throw new HttpProblem(404, `There is no source by this name; known are ${[...known.keys()].join(', ')}.`);
  };

  app.post('/hooks/:source', {
    schema: {
      summary: 'Take a delivery of alerts',
      description: 'Answered once it is stored. The body is the source’s own; its proof is checked over the raw bytes.',
      response: { 202: z.object({ alerts: z.array(AlertReceipt) }) },
    },
    bodyLimit: HOOK_BODY_LIMIT,
    // All that can be judged without the body is judged before it is read.
    onRequest: async (request) => {
      const source = sourceOf(request);
      const proof = options.proofOf(source.name);
      if (isOpen(proof)) refuseUnproven(request, options.hosts());
      else if (!tokenHolds(proof, request.headers) && !(proof.secrets.length > 0 && signatureOf(request.headers)))
        throw badProof(proof);
      if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
        throw new HttpProblem(415, 'A delivery is sent as Content-Type application/json.');
    },
    handler: async (request, reply) => {
      const source = sourceOf(request);
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const proof = options.proofOf(source.name);
      if (!isOpen(proof) && !tokenHolds(proof, request.headers)) {
        const signature = signatureOf(request.headers);
        if (!signature || !signatureHolds(proof, signature, body)) throw badProof(proof);
      }
      const alerts = parse(source, body).map((alert) => ({ alert, route: routeFor(options.routes, alert) }));
      const receipts = alerts.length === 0 ? [] : await store(options, alerts);
      return reply.code(202).send({ alerts: receipts });
    },
  });
}

function parse(source: Source, body: Buffer) {
  try {
    return source.parse(parseStrictJson(body, { text: 'keep' }));
  } catch (error) {
    if (error instanceof Failure) throw new HttpProblem(400, error.message, { cause: error });
    throw error;
  }
}

async function store(
  { doors, temporalUp }: HooksOptions,
  alerts: Parameters<Doors['receiveAlerts']>[0],
): Promise<AlertReceipt[]> {
  let receipts: AlertReceipt[];
  try {
    receipts = await doors.receiveAlerts(alerts);
  } catch (error) {
    const seconds = (error instanceof Failure && retryAfterOf(error)) || 5;
    const headers = { 'retry-after': String(seconds) };
    throw new HttpProblem(503, 'The alerts could not be stored. Send them again.', { headers, cause: error });
  }
  const down = !temporalUp();
  return receipts.map((receipt) =>
    down && receipt.status === 'accepted' ? { ...receipt, status: 'queued' as const } : receipt,
  );
}

function refuseUnproven(request: FastifyRequest, hosts: readonly string[]): void {
  const problem = unprovenProblem(request.raw.socket.remoteAddress, request.headers);
  if (problem) throw new HttpProblem(401, `${problem}; configure a secret or a token for this source.`);
  const host = request.headers.host?.toLowerCase();
  if (!hosts.some((ours) => ours.toLowerCase() === host))
    throw new HttpProblem(421, `This server is not ${host ?? 'without a name'}; send to ${hosts.join(' or ')}.`);
}

function badProof({ secrets, tokens }: HookProof): HttpProblem {
  const ways = [
    ...(secrets.length > 0 ? ['an X-Belay-Signature or X-Hub-Signature-256 header, sha256=<HMAC of the body>'] : []),
    ...(tokens.length > 0 ? ['Authorization: Bearer <token>'] : []),
  ];
  const headers = { 'www-authenticate': 'Bearer' };
  return new HttpProblem(401, `The proof is missing or wrong; this source wants ${ways.join(', or ')}.`, { headers });
}
