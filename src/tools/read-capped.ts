import { Failure } from '../domain/failure.ts';

/** A response body as text. Over `maxBytes` it stops reading and fails, naming `what`, instead of filling the memory. */
export async function readCapped(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  what: string,
): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (bytes > maxBytes)
      throw new Failure('stop.unsupported', `The answer of ${what} is over ${maxBytes} bytes; ask for less`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
