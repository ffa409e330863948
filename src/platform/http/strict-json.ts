import { Failure } from '../../domain/failure.ts';
import type { Json } from '../../domain/json.ts';

/** Deeper than any body we define; well below what overflows a recursive schema check. */
const MAX_DEPTH = 100;

/** How strictly strings are taken. `keep`: the caller cleans control characters itself (alert labels). */
export interface StrictJsonOptions {
  readonly text: 'refuse-nul' | 'keep';
}

const refuse = (message: string, cause?: unknown): never => {
  throw new Failure('stop.invalid-input', message, { cause });
};

/**
 * Reads one JSON document from raw bytes. Refuses, naming what is wrong, everything on which two parsers could
 * disagree: no content, a byte order mark, another encoding, invalid UTF-8, more than one document, a key twice in one
 * object, `__proto__`, nesting over 100; and, unless told otherwise, NUL and lone surrogates, which PostgreSQL cannot keep.
 * @throws Failure stop.invalid-input
 */
export function parseStrictJson(bytes: Uint8Array, options: StrictJsonOptions = { text: 'refuse-nul' }): Json {
  if (bytes.length === 0) return refuse('the body is empty; a JSON document is due');
  const [a, b, c] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || a === 0 || b === 0)
    return refuse('the body is UTF-16 or UTF-32; JSON is sent as UTF-8');
  if (a === 0xef && b === 0xbb && c === 0xbf) return refuse('the body begins with a byte order mark; send it without');
  const text = decode(bytes);
  const keyProblem = scan(text);
  const value = parse(text);
  if (keyProblem) return refuse(keyProblem);
  if (options.text === 'refuse-nul') refuseBadText(value);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    return refuse('the body is not valid UTF-8', error);
  }
}

function parse(text: string): Json {
  if (text.trim() === '') return refuse('the body is empty; a JSON document is due');
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    if (/after JSON/.test(said)) return refuse('the body holds more than one JSON document, or text after it', error);
    if (/Unexpected end|Unterminated/.test(said)) return refuse('the body is not valid JSON: it ends too early', error);
    const position = /position (\d+)/.exec(said)?.[1];
    if (position === String(text.length)) return refuse('the body is not valid JSON: it ends too early', error);
    return refuse(`the body is not valid JSON${position ? `, at character ${position}` : ''}`, error);
  }
}

/**
 * One pass over the text, before parsing: depth (thrown at once) and keys (reported, since in text that is no JSON a
 * "key" means nothing and the parser's own complaint is the better one).
 */
function scan(text: string): string | undefined {
  const objects: (Set<string> | undefined)[] = [];
  let problem: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '{' || char === '[') {
      objects.push(char === '{' ? new Set() : undefined);
      if (objects.length > MAX_DEPTH) return refuse(`the body is nested deeper than ${MAX_DEPTH} levels`);
    } else if (char === '}' || char === ']') {
      objects.pop();
    } else if (char === '"') {
      const start = i;
      while (++i < text.length && text[i] !== '"') if (text[i] === '\\') i++;
      const keys = objects.at(-1);
      if (keys && /^\s*:/.test(text.slice(i + 1, i + 20))) {
        const key = keyOf(text.slice(start, i + 1));
        if (key === '__proto__') problem ??= 'the key "__proto__" is not taken';
        if (keys.has(key)) problem ??= `the key ${JSON.stringify(key.slice(0, 100))} stands twice in one object`;
        keys.add(key);
      }
    }
  }
  return problem;
}

function keyOf(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal;
  }
}

function refuseBadText(root: Json): void {
  const open: { value: Json; path: string }[] = [{ value: root, path: '' }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path } = next;
    if (typeof value === 'string') {
      if (value.includes('\0') || !value.isWellFormed())
        refuse(`${path || 'the body'} holds a NUL character or half a character`);
    } else if (value !== null && typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) {
        const at = Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
        if (key.includes('\0') || !key.isWellFormed()) refuse(`a key in ${path || 'the body'} holds a NUL character`);
        open.push({ value: inner, path: at });
      }
    }
  }
}
