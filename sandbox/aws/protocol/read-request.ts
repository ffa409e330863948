import type { IncomingMessage } from 'node:http';
import { AwsError } from './aws-error.ts';
import type { HttpRequest } from './service.ts';

const LARGEST_BODY = 8 * 1024 * 1024;

/** @throws AwsError 413 when the body is larger than 8 MiB */
export async function readRequest(request: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY)
      throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 413);
    chunks.push(chunk);
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  const forwarded = headers['x-forwarded-for']?.split(',', 1)[0]?.trim();
  return {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers,
    body: Buffer.concat(chunks),
    from: forwarded ?? request.socket.remoteAddress ?? '-',
  };
}
