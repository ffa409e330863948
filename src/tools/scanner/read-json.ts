import { Failure } from '../../domain/failure.ts';
import { oneLine } from '../one-line.ts';

/** `value` is undefined where a line is no JSON; `where` names the element for people. */
interface Element {
  readonly where: string;
  readonly value: unknown;
}

const placeOf = (text: string): string => {
  const lines = text.trimEnd().split('\n');
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
};

const parsed = (text: string): { value: unknown } | { problem: string } => {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
};

function broken(name: string, text: string, problem: string): Failure {
  const end = text.trimEnd();
  const closes = /[\]}]$/.test(end);
  return new Failure(
    'stop.unsupported',
    closes
      ? `${name} is not JSON: ${oneLine(problem, 200)}`
      : `${name} is half-written: it ends at ${placeOf(text)}, in the middle of a value; is the scanner still writing, or did it die?`,
  );
}

function lines(name: string, text: string): Element[] {
  const all = text.split('\n');
  const last = all.findLastIndex((line) => line.trim() !== '');
  return all.flatMap((line, index): Element[] => {
    if (line.trim() === '') return [];
    const read = parsed(line);
    if ('value' in read) return [{ where: `line ${index + 1}`, value: read.value }];
    // One bad line in the middle says nothing of the others; at the end somebody stopped writing.
    if (index === last) throw broken(name, text, read.problem);
    return [{ where: `line ${index + 1}`, value: undefined }];
  });
}

/** One JSON document. @throws Failure `stop.unsupported` that says where, when it is half-written or none. */
export function readDocument(name: string, text: string): unknown {
  const read = parsed(text);
  if ('value' in read) return read.value;
  throw broken(name, text, read.problem);
}

/** The elements of a JSON array, or of JSON lines. @throws Failure `stop.unsupported` as `readDocument` does. */
export function readElements(name: string, text: string): Element[] {
  if (text.trimStart().startsWith('[')) {
    const document = readDocument(name, text);
    return (Array.isArray(document) ? document : []).map((value: unknown, at) => ({
      where: `finding ${at + 1}`,
      value,
    }));
  }
  return lines(name, text);
}
