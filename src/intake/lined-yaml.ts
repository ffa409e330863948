import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { Failure } from '../domain/failure.ts';

/** Plenty for any team; a larger file is none of ours. Characters. */
const MAX_LENGTH = 256 * 1024;

/** What a YAML file of people holds, and on which line each part of it stands. */
export interface Lined<T> {
  readonly value: T;
  readonly lineOf: (path: readonly PropertyKey[]) => number;
}

/** Something that people wrote does not hold; each problem names its place. */
export const invalid = (problems: readonly string[]): Failure => new Failure('stop.invalid-input', problems.join('\n'));

/** Reads a file of people from disk. @throws Failure stop.invalid-input */
export function readText(file: string | URL, name: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw invalidBecause(`${name}: it cannot be read`, error);
  }
}

const invalidBecause = (message: string, cause: unknown): Failure =>
  new Failure('stop.invalid-input', message, { cause });

/** How messages call a file. */
export const nameOfFile = (file: string | URL): string =>
  typeof file === 'string' ? file : basename(fileURLToPath(file));

/** Parses YAML by a schema. @throws Failure stop.invalid-input with every problem, each with its line and its field */
export function parseLined<T>(text: string, file: string, schema: z.ZodType<T>): Lined<T> {
  if (text.length > MAX_LENGTH) throw invalid([`${file}: larger than ${MAX_LENGTH} characters`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true, stringKeys: true });
  const broken = [...document.errors, ...document.warnings].map(
    ({ pos, message }) =>
      `${file}:${lines.linePos(pos[0]).line}: ${message.split('\n')[0]?.replace(/ at line .*$/, '')}`,
  );
  if (broken.length > 0) throw invalid(broken);
  const lineOf = (path: readonly PropertyKey[]): number => lineIn(document, lines, path);
  const parsed = schema.safeParse(withoutAliases(document, file));
  if (!parsed.success)
    throw invalid(
      parsed.error.issues.map(
        ({ path, message }) => `${file}:${lineOf(path)}: ${path.join('.') || 'the file'}: ${message}`,
      ),
    );
  return { value: parsed.data, lineOf };
}

/** Anchors and aliases are how a small YAML file becomes a huge one; such a file has no use for them. */
function withoutAliases(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw invalid([`${file}: aliases (*name) are not taken`]);
  }
}

function lineIn(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const node: unknown = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
