import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { close, listen } from '../http/listen.ts';
import { cloudWatch } from './cloudwatch/cloudwatch.ts';
import { costExplorer } from './cost/cost-explorer.ts';
import { ec2 } from './ec2/ec2.ts';
import type { Faults } from './faults.ts';
import { authenticate } from './identity/authenticate.ts';
import { readClaim } from './identity/verify-signature.ts';
import { AwsError } from './protocol/aws-error.ts';
import { readRequest } from './protocol/read-request.ts';
import type { Answer, Asked, Call, HttpRequest, Service } from './protocol/service.ts';
import { s3 } from './s3/s3.ts';
import { sts } from './sts/sts.ts';
import type { World } from './world.ts';

const SERVICES: readonly Service[] = [ec2, sts, s3, cloudWatch, costExplorer];

export interface AwsServer {
  url: string;
  stop(): Promise<void>;
}

/** The service whose way of writing fits a request best, where its signature names none that is here. */
function guess({ headers, method, path }: HttpRequest): Service {
  if (headers['x-amz-target'] !== undefined) return costExplorer;
  return method === 'POST' && path === '/' ? sts : s3;
}

function send(response: ServerResponse, { status, headers, body }: Answer, method: string | undefined): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(method === 'HEAD' ? undefined : body);
}

async function callOf(world: World, request: HttpRequest, id: string): Promise<{ service: Service; call: Call }> {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    const service = guess(request);
    if (service !== s3) throw new AwsError('MissingAuthenticationToken', 'Missing Authentication Token', 403);
    if (request.query.has('X-Amz-Signature'))
      throw new AwsError('NotImplemented', 'The sandbox has no presigned URLs.', 501);
    return { service, call: { ...request, id, world, caller: undefined, region: 'us-east-1' } };
  }
  const claim = readClaim(authorization);
  if (!claim) throw new AwsError('IncompleteSignature', 'Authorization header is no AWS Signature Version 4.', 400);
  const service = SERVICES.find(({ name }) => name === claim.service);
  const caller = await authenticate(world.keyring, request, claim, world.now());
  if (!service) throw new AwsError('InvalidAction', `The sandbox has no service ${claim.service}.`, 400);
  return { service, call: { ...request, id, world, caller, region: claim.region } };
}

/** Answers one request; `undefined`: the connection is to end without an answer. */
async function answerTo(world: World, faults: Faults, request: HttpRequest): Promise<Answer | undefined> {
  const id = randomUUID();
  const claimed = readClaim(request.headers['authorization'] ?? '')?.service;
  let service = SERVICES.find(({ name }) => name === claimed) ?? guess(request);
  let asked: Asked | undefined;
  try {
    const known = await callOf(world, request, id);
    service = known.service;
    asked = service.asked(known.call);
    const fault = faults.take(service, known.call, asked);
    if (fault === 'reset') return undefined;
    if (fault) throw fault;
    return service.answer(known.call, asked);
  } catch (error) {
    return service.refusal(
      error instanceof AwsError ? error : new AwsError('InternalError', `The sandbox failed: ${String(error)}`, 500),
      id,
      asked,
    );
  }
}

/** Serves all of the small AWS at one address on the loopback interface. Every failure is an error of its protocol. */
export async function startAwsServer(world: World, faults: Faults, port: number): Promise<AwsServer> {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const read = await readRequest(request).catch((error: unknown) => {
      if (error instanceof AwsError) return error;
      throw error;
    });
    const answer =
      read instanceof AwsError ? s3.refusal(read, randomUUID(), undefined) : await answerTo(world, faults, read);
    if (answer) send(response, answer, request.method);
    else request.socket.destroy();
  };
  const server = createServer((request, response) => void handle(request, response).catch(() => response.destroy()));
  return { url: `http://127.0.0.1:${await listen(server, port)}`, stop: () => close(server) };
}
