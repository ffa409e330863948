import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { Failure } from '../../domain/failure.ts';
import { HttpProblem, PROBLEM_TYPE, type Problem, problemBody, retryAfterOf, toProblem } from './problem.ts';
import { parseStrictJson } from './strict-json.ts';

export interface ProblemDetailsOptions {
  /** Told every error that nobody foresaw, with its stack; the answer carries only `reference`. */
  readonly onFault: (error: unknown, reference: string) => void;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** This route takes an empty body for none. */
    bodyOptional?: boolean;
  }
}

/**
 * Every error of the scope it is registered in, and of those inside, becomes an RFC 9457 problem; no stack and no
 * library's message leaves. Also reads JSON bodies strictly, and refuses compressed ones (a small body can unpack to any size).
 */
export const problemDetails = fastifyPlugin<ProblemDetailsOptions>(
  async (app: FastifyInstance, { onFault }) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer' },
      async (request: FastifyRequest, body: Buffer) => {
        // Many clients always name a content type, also where there is nothing to send.
        if (body.length === 0 && request.routeOptions.config.bodyOptional) return null;
        try {
          return parseStrictJson(body);
        } catch (error) {
          throw error instanceof Failure ? new HttpProblem(400, error.message, { cause: error }) : error;
        }
      },
    );
    app.addHook('onRequest', async (request) => {
      const encoding = request.headers['content-encoding'];
      if (encoding !== undefined && encoding !== 'identity')
        throw new HttpProblem(415, `Content-Encoding ${encoding} is not taken; send the body as it is`);
    });
    app.setErrorHandler((error: FastifyError | HttpProblem | Failure, request, reply) => {
      answerError(error, request, reply, onFault);
    });
  },
  { name: 'belay-problem-details', fastify: '5.x' },
);

/** Answers one error as a problem. */
export function answerError(
  error: FastifyError | HttpProblem | Failure,
  request: FastifyRequest,
  reply: FastifyReply,
  onFault: ProblemDetailsOptions['onFault'],
): void {
  if (error instanceof HttpProblem) {
    if (error.statusCode >= 500 && !(error.cause instanceof Failure)) onFault(error.cause ?? error, request.id);
    reply.headers(error.headers);
    sendProblem(reply, problemBody(error.statusCode, error.message, error.errors));
  } else if (error instanceof Failure) {
    const seconds = retryAfterOf(error);
    if (seconds !== undefined) reply.header('retry-after', String(seconds));
    sendProblem(reply, toProblem(error));
  } else if (error.validation) {
    sendProblem(reply, validationProblem(error, request));
  } else if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    sendProblem(reply, problemBody(error.statusCode, explain(error, request)));
  } else {
    onFault(error, request.id);
    sendProblem(reply, problemBody(500, `Something went wrong here. It is in the server's log as ${request.id}.`));
  }
}

export function sendProblem(reply: FastifyReply, problem: Problem): void {
  reply.code(problem.status).type(PROBLEM_TYPE).header('cache-control', 'no-store').serializer(JSON.stringify);
  void reply.send(problem);
}

/** A body that is JSON but not what is due is 422; query and parameters are part of the address, so 400. */
function validationProblem(error: FastifyError, request: FastifyRequest): Problem {
  const inBody = error.validationContext === 'body';
  if (inBody && (request.body === undefined || request.body === null))
    return problemBody(422, 'A JSON object is due in the body.', [{ field: 'body', message: 'is missing' }]);
  const errors = (error.validation ?? []).flatMap(({ instancePath, message, params }) => {
    const field = instancePath.replace(/^\//, '').replaceAll('/', '.');
    // An unknown key is reported at the object that holds it; the field people look for is the key.
    const unknown = params['keys'];
    if (Array.isArray(unknown))
      return unknown.map((key) => ({ field: [field, String(key)].filter(Boolean).join('.'), message: 'is not known' }));
    return [
      { field: field || (inBody ? 'body' : (error.validationContext ?? '')), message: message ?? 'is not valid' },
    ];
  });
  const detail = errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return problemBody(inBody ? 422 : 400, detail, errors);
}

function explain(error: FastifyError, request: FastifyRequest): string {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return `The body is larger than ${request.routeOptions.bodyLimit ?? 0} bytes.`;
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return `Content-Type ${request.headers['content-type'] ?? '(none)'} is not taken; send application/json.`;
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return 'The body is not as long as Content-Length says.';
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return 'The address is not a valid path here.';
    default:
      return 'The request is not valid HTTP for this server.';
  }
}
