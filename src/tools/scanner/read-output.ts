import { open } from 'node:fs/promises';
import { Failure } from '../../domain/failure.ts';
import { codeOf } from '../code-of.ts';

/** Larger than any scan of `MOST_FINDINGS` should be; JSON of this size takes about a gigabyte to read. Bytes. */
export const MOST_BYTES = 256 * 1024 * 1024;

/** A scan's text, and when it was written. */
export interface Output {
  readonly name: string;
  readonly text: string;
  readonly madeAt: Date;
}

/** Bytes as text. @throws Failure `stop.unsupported` for nothing, too much, and what is no UTF-8. */
export function textOf(name: string, bytes: Uint8Array): string {
  if (bytes.length > MOST_BYTES) throw tooLarge(name);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Failure('stop.unsupported', `${name} is no text (UTF-8)`, { cause: error });
  }
  if (text.trim() === '') throw new Failure('stop.unsupported', `${name} is empty: the scanner wrote nothing`);
  return text;
}

export const tooLarge = (name: string): Failure =>
  new Failure('stop.unsupported', `${name} is over ${MOST_BYTES / 1024 / 1024} MiB; let the scanner look at less`);

/** A file of the worker's machine. @throws Failure that names it when it is not there, not readable or no file. */
export async function readOutput(path: string, name: string): Promise<Output> {
  try {
    await using file = await open(path, 'r');
    const stat = await file.stat();
    if (!stat.isFile()) throw new Failure('stop.unsupported', `${name} is no file`);
    if (stat.size > MOST_BYTES) throw tooLarge(name);
    return { name, text: textOf(name, await file.readFile()), madeAt: stat.mtime };
  } catch (error) {
    if (error instanceof Failure) throw error;
    const code = codeOf(error);
    if (code === 'ENOENT') throw new Failure('stop.not-found', `${name} is not there: the scanner wrote nothing`);
    throw new Failure('stop.forbidden', `${name} cannot be read (${code ?? 'unknown error'})`, { cause: error });
  }
}
