import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { split } from 'shlex';
import { z } from 'zod';
import { createProgram } from '../src/cli/program.ts';
import { VARIABLES } from '../src/platform/configuration/variables.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));

/** What people read, by path. */
const pages = new Map(
  ['README.md', 'CONTRIBUTING.md', ...filesIn('docs').filter((path) => path.endsWith('.md'))].map((path) => [
    path,
    read(path),
  ]),
);
const everywhere = <T>(find: (text: string, page: string) => T[]): T[] =>
  [...pages].flatMap(([page, text]) => find(text, page));

const links = everywhere((text, page) =>
  [...text.matchAll(/\[((?:[^\]`]|`[^`]*`)+)\]\(([^)\s]+)\)|<img src="([^"]+)"/g)].map(
    ([, words = '', href, image]) => ({
      page,
      words,
      to: href ?? image ?? '',
    }),
  ),
).filter(({ to }) => !/^[a-z]+:/.test(to));

/** Code as it stands in the text: fenced blocks of shell line by line (joined where a backslash says so), and inline code. */
const snippets = everywhere((text, page) => {
  const blocks = [...text.matchAll(/```(?:sh|bash|console)?\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  const lines = blocks.flatMap((block) => block.replaceAll(/\\\n\s*/g, ' ').split('\n'));
  const prose = text.replaceAll(/```[\s\S]*?```/g, '');
  const inline = [...prose.matchAll(/(?<!\bno )`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...lines, ...inline].map((code) => ({ page, code: code.trim() }));
});

const Package = z.object({ scripts: z.record(z.string(), z.string()) });
const { scripts } = Package.parse(JSON.parse(read('package.json')));

/** The words given to `belay`, in whichever way it is called; undefined for what is no call of it. */
function callOf(statement: string): string[] | undefined {
  const code = statement
    .replace(/^(\s*[A-Z_]+=\S*)+\s/, '')
    .replace(/\s#.*$/, '')
    .trim();
  const direct = /^(?:belay|node \S*bin\/belay\.mjs|npm run (?:-s )?belay --)(?:\s+(.*))?$/.exec(code);
  if (direct) return split(direct[1] ?? '');
  const script = /^npm (?:run (?:-s )?)?(start|demo|sandbox)(?: -- (.*))?$/.exec(code);
  return script ? [script[1] === 'start' ? 'up' : (script[1] ?? ''), ...split(script[2] ?? '')] : undefined;
}

/** What is wrong with these words, told by the program's own definition; undefined when nothing is. */
function problemOf(words: readonly string[], program: Command): string | undefined {
  let command = program;
  let at = 0;
  for (; at < words.length; at += 1) {
    const next = command.commands.find((one) => one.name() === words[at]);
    if (!next) break;
    command = next;
  }
  const name = words[at] ?? '';
  if (command.commands.length > 0 && /^[a-z]/.test(name)) return `there is no command ${name}`;
  // It hands everything to the sandbox's own program.
  if (command.name() === 'sandbox') return undefined;
  const known = ['--help', '--version', ...command.options.map((option) => option.long)];
  return words
    .filter((word) => word.startsWith('--'))
    .map((word) => word.split('=')[0] ?? '')
    .filter((flag) => !known.includes(flag))
    .map((flag) => `${command.name()} has no ${flag}`)[0];
}

describe('what was looked at', () => {
  test('is every page, and each holds links', () => {
    expect(pages.size).toBeGreaterThanOrEqual(7);
    expect(new Set(links.map(({ page }) => page)).size).toBeGreaterThanOrEqual(6);
    expect(snippets.length).toBeGreaterThan(100);
  });

  test.each([
    ['belay up --observe --kubeconfig x', undefined],
    ['npm start -- --observ', 'up has no --observ'],
    ['FLAGS_URL=http://x node ../../bin/belay.mjs upp', 'there is no command upp'],
    ['belay ledger verfy', 'there is no command verfy'],
    ['npm run demo -- --yes --jsno', 'demo has no --jsno'],
    ['belay run remediation/bad-deploy name=checkout --dry-run # once', undefined],
  ])('is understood: %s', (code, problem) => {
    expect(problemOf(callOf(code) ?? ['not a call'], createProgram())).toBe(problem);
  });
});

describe('a page', () => {
  test('links to files that are there', () => {
    const broken = links.filter(({ page, to }) => !existsSync(join(root, dirname(page), to.split('#')[0] ?? '')));
    expect(broken).toEqual([]);
  });

  test('that names a test names one that its file has', () => {
    const named = links.filter(({ to }) => to.endsWith('.test.ts'));
    const missing = named.filter(({ page, words, to }) => {
      const file = join(root, dirname(page), to);
      return existsSync(file) && !readFileSync(file, 'utf8').includes(words);
    });
    expect(named.length).toBeGreaterThan(15);
    expect(missing).toEqual([]);
  });

  test('gives commands and flags that belay has', () => {
    const calls = snippets.flatMap(({ page, code }) =>
      code.split(/&&|;|\|/).flatMap((statement) => {
        const words = callOf(statement.trim());
        return words ? [{ page, code, problem: problemOf(words, createProgram()) }] : [];
      }),
    );
    expect(calls.length).toBeGreaterThan(20);
    expect(calls.filter(({ problem }) => problem !== undefined)).toEqual([]);
  });

  test('says of no command that it is missing when it is there', () => {
    const missing = everywhere((text) => [...text.matchAll(/\bno `(belay [^`\n]+)`/g)].map(([, code = '']) => code));
    expect(missing.filter((code) => problemOf(callOf(code) ?? [], createProgram()) === undefined)).toEqual([]);
  });

  test('gives npm scripts that package.json has', () => {
    const given = snippets.flatMap(({ page, code }) =>
      [...code.matchAll(/npm (?:run (?:-s )?([\w:]+)|(start|test)\b)/g)].map(([, name, short]) => ({
        page,
        script: name ?? short ?? '',
      })),
    );
    expect(given.length).toBeGreaterThan(5);
    expect(given.filter(({ script }) => !(script in scripts))).toEqual([]);
  });

  test('names variables that Belay reads, or that the compose file does', () => {
    const known = new Set<string>(VARIABLES.flatMap(({ name }) => [name, `${name}_FILE`]));
    const compose = ['docker-compose.yml', ...filesIn('deploy')]
      .filter((path) => existsSync(join(root, path)))
      .map(read);
    const others = new Set(compose.join('\n').match(/\b[A-Z][A-Z0-9_]+\b/g));
    const OURS =
      /\b(?:BELAY|TEMPORAL|DATABASE|SLACK|OPENAI|GITHUB|PROMETHEUS|ALERTMANAGER)_[A-Z0-9_]*[A-Z0-9](?![A-Z0-9_<*])/g;
    const named = everywhere((text, page) => [...text.matchAll(OURS)].map(([name]) => ({ page, name })));
    const unknown = named.filter(
      ({ name }) =>
        !known.has(name) && !others.has(name) && !/^BELAY_(HOOK_[A-Z]+_(SECRET|TOKEN)|SECRET_\w+)$/.test(name),
    );
    expect(named.length).toBeGreaterThan(15);
    expect(unknown).toEqual([]);
  });

  test('shows code exactly as it is in the file it names', () => {
    const shown = everywhere((text, page) =>
      [...text.matchAll(/^\[`([^`]+)`\]\([^)]+\)\n\n```(?:ts|yaml)\n([\s\S]*?)```/gm)].map(
        ([, file = '', code = '']) => ({
          page,
          file,
          code,
        }),
      ),
    );
    expect(shown.length).toBeGreaterThan(4);
    for (const { file, code } of shown) expect(read(file)).toContain(code.trimEnd());
  });
});

describe('the README', () => {
  const text = read('README.md');

  test('has the two commands, and the card before them', () => {
    const order = ['<img src="docs/images/card.png"', 'npm ci && npm run demo', 'npm ci && npm test'].map((part) =>
      text.indexOf(part),
    );
    expect(order.every((at) => at > 0)).toBe(true);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  test('shows a picture that loads fast and was taken at the width of a phone', () => {
    const file = join(root, 'docs/images/card.png');
    expect(statSync(file).size).toBeLessThanOrEqual(150_000);
    expect(readFileSync(file).readUInt32BE(16)).toBe(2 * 390);
  });
});

test('nothing tells anybody to run the package called belay on npm, which is somebody else’s', () => {
  const folders = ['docs', 'src', 'sandbox', 'scripts', 'examples', 'deploy', 'bench', 'bin', '.ci'];
  const paths = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'package.json', ...folders.flatMap(filesIn)];
  expect(paths.length).toBeGreaterThan(200);
  const wrong = /\bnpx\s+(?:-\S+\s+)*belay\b|npm (?:i|install)\s+(?:-\S+\s+)*belay\b/;
  expect(paths.filter((path) => wrong.test(read(path)))).toEqual([]);
});
