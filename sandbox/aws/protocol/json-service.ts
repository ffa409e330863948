import { z } from 'zod';
import { AwsError } from './aws-error.ts';
import type { Answer, Call, Service } from './service.ts';

const Body = z.record(z.string(), z.unknown());

export interface JsonService {
  readonly name: string;
  /** What `X-Amz-Target` begins with. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  /** What IAM calls the service. */
  readonly iam: string;
  readonly operations: Readonly<Record<string, (call: Call, input: Record<string, unknown>) => unknown>>;
  readonly throttled: () => AwsError;
  readonly denied: (message: string) => AwsError;
}

/** Checks what was sent. @throws AwsError ValidationException, which names the first thing that is wrong */
export function parsed<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AwsError('ValidationException', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
}

/** A service that speaks AWS's JSON protocol. */
export function jsonService(own: JsonService): Service {
  const contentType = `application/x-amz-json-${own.version}`;
  const inputOf = (call: Call): Record<string, unknown> => {
    try {
      return Body.parse(JSON.parse(call.body.toString('utf8') || '{}'));
    } catch {
      throw new AwsError('SerializationException', 'The request body is no JSON object.');
    }
  };
  const write = (status: number, value: unknown, id: string, headers: Record<string, string> = {}): Answer => ({
    status,
    headers: { 'content-type': contentType, 'x-amzn-requestid': id, ...headers },
    body: JSON.stringify(value),
  });
  return {
    name: own.name,
    asked: (call) => {
      const operation = (call.headers['x-amz-target'] ?? '').replace(`${own.target}.`, '');
      if (!Object.hasOwn(own.operations, operation))
        throw new AwsError('UnknownOperationException', `The sandbox has no ${own.iam}:${operation}.`);
      const input = inputOf(call);
      const nextPage = (input['NextToken'] ?? input['NextPageToken']) !== undefined;
      return { operation, permission: `${own.iam}:${operation}`, nextPage };
    },
    answer: (call, { operation }) => write(200, own.operations[operation]?.(call, inputOf(call)), call.id),
    refusal: (error, id) =>
      write(error.status, { __type: error.code, message: error.message }, id, {
        'x-amzn-errortype': error.code,
        // Of services that spoke the query protocol before: the code that their clients know.
        'x-amzn-query-error': `${error.code};${error.status < 500 ? 'Sender' : 'Receiver'}`,
      }),
    throttled: own.throttled,
    denied: own.denied,
  };
}
