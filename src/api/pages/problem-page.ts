import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../domain/failure.ts';
import { HttpProblem, problemBody, toProblem } from '../../platform/http/problem.ts';
import { wantsPage } from '../sign-in/wants-page.ts';
import { sendProblemPage } from './page.ts';

/** A problem as a page for whoever looks at it in a browser; programs get it as the rest of the API says it. */
export function answerWithPage(
  error: FastifyError | HttpProblem | Failure,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const problem =
    error instanceof Failure
      ? toProblem(error)
      : error instanceof HttpProblem && error.statusCode < 500
        ? problemBody(error.statusCode, error.message)
        : undefined;
  // What nobody foresaw is logged and told by the handler outside.
  if (problem === undefined || !wantsPage(request)) throw error;
  sendProblemPage(reply, problem);
}
