import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { Cap } from '../../domain/cap.ts';
import { Directory } from '../../domain/directory.ts';
import { directoryProblems } from '../../domain/directory-problems.ts';
import { codeOf, reasonOf } from '../../platform/problem.ts';
import { TargetTags } from '../policy/target-tags.ts';
import type { FolderContent } from './bundle-content.ts';
import { readYaml } from './read-yaml.ts';

const CapFile = z.strictObject({ caps: z.array(Cap) });
const TargetFile = z.strictObject({ targets: z.array(TargetTags) });
const TESTS = /\.test\.ya?ml$/;
const OTHERS = ['directory.yaml', 'caps.yaml', 'targets.yaml'];

/** The texts of a folder's files that a bundle has; others (a README, an editor's own) are none of ours. */
function textsOf(folder: string, problems: string[]): Record<string, string> {
  try {
    return Object.fromEntries(
      readdirSync(folder, { withFileTypes: true })
        .filter(({ name }) => name.endsWith('.cedar') || TESTS.test(name) || OTHERS.includes(name))
        .map(({ name }) => [name, readFileSync(join(folder, name), 'utf8')]),
    );
  } catch (error) {
    problems.push(`${folder}: cannot be read (${codeOf(error) ?? reasonOf(error)})`);
    return {};
  }
}

/** A misspelt `directory.yml` would be a file that nobody reads. */
const misnamed = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => OTHERS.includes(name.replace(/\.(yml|json)$/, '.yaml')) && !OTHERS.includes(name))
    .map((name) => `${name}: is not read; call it ${name.replace(/\.(yml|json)$/, '.yaml')}`);

/** What a policy folder holds; or everything that is wrong with its files, each with its line. */
export function readFolder(folder: string): { content: FolderContent } | { problems: string[] } {
  const problems: string[] = [];
  const texts = textsOf(folder, problems);
  if (problems.length > 0) return { problems };
  problems.push(...misnamed(folder));
  const part = (which: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(texts).filter(([name]) => which(name)));
  const policies = part((name) => name.endsWith('.cedar'));
  if (Object.keys(policies).length === 0)
    problems.push(`${folder}: has no *.cedar file, so nothing would be permitted`);
  const directory = texts['directory.yaml'];
  if (directory === undefined) problems.push(`${folder}: has no directory.yaml, so nobody could approve anything`);
  const people = directory === undefined ? undefined : readYaml('directory.yaml', directory, Directory, problems);
  if (people)
    problems.push(
      ...directoryProblems(people.value).map((line) => {
        const [path = ''] = line.split(': ');
        return `directory.yaml:${people.lineOf(path.split('.'))}: ${line}`;
      }),
    );
  const list = <T extends z.ZodType>(file: string, schema: T) =>
    texts[file] === undefined ? undefined : readYaml(file, texts[file], schema, problems)?.value;
  const { caps = [] } = list('caps.yaml', CapFile) ?? {};
  const { targets = [] } = list('targets.yaml', TargetFile) ?? {};
  if (problems.length > 0 || !people) return { problems };
  return {
    content: {
      name: basename(resolve(folder)),
      policies,
      tests: part((name) => TESTS.test(name)),
      directory: people.value,
      caps,
      targets,
    },
  };
}
