import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { parseSync } from 'oxc-parser';

/** One import or re-export, as it stands in a file. */
export interface Import {
  /** `domain/ids.ts` for a file of ours, `../sandbox/x.ts` for one beside src, else the package: `node:fs`, `@scope/name`. */
  readonly to: string;
  /** False for what runs: `import type` alone leaves nothing behind; `import { type A }` still loads the file. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** Below src, with slashes. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Every identifier that the code names. */
  readonly identifiers: ReadonlySet<string>;
}

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

function walk(node: unknown, visit: (node: Node) => void): void {
  if (!isNode(node)) return;
  if (typeof node['type'] === 'string') visit(node);
  for (const child of Object.values(node)) walk(child, visit);
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const resolved = (from: string, specifier: string): string =>
  specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : packageOf(specifier);

const sourceOf = ({ source }: Node): string | undefined =>
  isNode(source) && typeof source['value'] === 'string' ? source['value'] : undefined;

/** What one file imports, whichever way it says so: static, re-export, dynamic, or inside a type. */
export function readSource(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const imports: Import[] = [];
  const identifiers = new Set<string>();
  walk(program.body, (node) => {
    if (node['type'] === 'Identifier' && typeof node['name'] === 'string') identifiers.add(node['name']);
    const specifier = sourceOf(node);
    if (specifier === undefined) return;
    const typeOnly = node['importKind'] === 'type' || node['exportKind'] === 'type' || node['type'] === 'TSImportType';
    imports.push({ to: resolved(path, specifier), typeOnly });
  });
  return { path, lines: text.trimEnd().split('\n').length, imports, identifiers };
}

/** Every TypeScript file below `folder`. */
export function readSources(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mts)$/.test(entry.name))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return readSource(relative(folder, file).replaceAll('\\', '/'), readFileSync(file, 'utf8'));
    });
}
