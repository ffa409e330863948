import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';

/** Plenty for any team. Characters. */
const MAX_LENGTH = 1024 * 1024;

/**
 * A YAML file as a schema reads it; undefined when it does not hold, with every problem (file and line) in `problems`.
 * Aliases are not taken: they are how a small file becomes a huge one.
 */
export function readYaml<T extends z.ZodType>(
  file: string,
  text: string,
  schema: T,
  problems: string[],
): { value: z.output<T>; lineOf: (path: readonly PropertyKey[]) => number } | undefined {
  if (text.length > MAX_LENGTH) {
    problems.push(`${file}: larger than ${MAX_LENGTH} characters`);
    return undefined;
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true, stringKeys: true });
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node: unknown = document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  const broken = [...document.errors, ...document.warnings];
  problems.push(
    ...broken.map(
      ({ pos, message }) =>
        `${file}:${lines.linePos(pos[0]).line}: ${message.split('\n')[0]?.replace(/ at line .*$/, '')}`,
    ),
  );
  if (broken.length > 0) return undefined;
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 0 });
  } catch {
    problems.push(`${file}: aliases (*name) are not taken`);
    return undefined;
  }
  const parsed = schema.safeParse(plain);
  if (parsed.success) return { value: parsed.data, lineOf };
  problems.push(
    ...parsed.error.issues.map(
      ({ path, message }) => `${file}:${lineOf(path)}: ${path.join('.') || 'the file'}: ${message}`,
    ),
  );
  return undefined;
}
