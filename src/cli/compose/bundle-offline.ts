import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompiledBundle } from '../../authority/bundle/compile-bundle.ts';
import { compileBundle } from '../../authority/bundle/compile-bundle.ts';
import { readFolder } from '../../authority/bundle/read-folder.ts';
import { readYaml } from '../../authority/bundle/read-yaml.ts';
import type { ToolFacts } from '../../authority/policy/policy-problems.ts';
import { type PolicyTest, PolicyTestFile } from '../../authority/policy/policy-test.ts';
import { digestOf } from '../../domain/digest.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { readConfiguration } from '../../platform/configuration/configuration.ts';
import { CliError } from '../../platform/problem.ts';
import { systems } from '../../tools/catalog.ts';
import { buildManifest } from '../../workers/build-manifest.ts';
import { runbooks } from '../../workflows/runbooks.ts';
import { buildRegistry } from '../../tools/registry.ts';
import { readManifest } from './build-folder.ts';
import { loadTeam } from './team.ts';

/** The tools there are, without a server: those of the build where there is one, else those that ship and the team's. */
export async function knownTools(): Promise<ToolFacts[]> {
  const { BELAY_BUILD: build } = readConfiguration(process.env);
  const { tools } = existsSync(join(build, 'manifest.json')) ? readManifest(build) : { tools: await ownTools() };
  return tools.map(({ name, risk, reversible }) => ({ name, risk, reversible }));
}

/** The runbooks there are, without a server: as `knownTools`. */
export async function knownRunbooks(): Promise<Pick<Manifest, 'runbooks'>> {
  const { BELAY_BUILD: build } = readConfiguration(process.env);
  if (existsSync(join(build, 'manifest.json'))) return readManifest(build);
  const { config, runbooks: own } = await loadTeam(process.cwd(), join(tmpdir(), 'belay-policy'));
  const registry = buildRegistry([...systems, ...(config.systems ?? [])]);
  return buildManifest(registry, [...runbooks, ...own], {}, digestOf('not built'));
}

async function ownTools() {
  const { config } = await loadTeam(process.cwd(), join(tmpdir(), 'belay-policy'));
  return buildRegistry([...systems, ...(config.systems ?? [])]).entries();
}

const refuse = (folder: string, problems: readonly string[]): never => {
  throw new CliError(`${folder} does not load:\n${problems.map((line) => `  ${line}`).join('\n')}`, 1);
};

/** A policy folder as a server would load it. @throws CliError (exit 1) with all problems. */
export function loadFolder(folder: string, tools: readonly ToolFacts[]): CompiledBundle {
  const read = readFolder(folder);
  if ('problems' in read) return refuse(folder, read.problems);
  const manifest = digestOf({ v: 1, tools });
  const made = compileBundle({ v: 1, ...read.content, routes: [], tools: [...tools], manifest });
  return 'problems' in made ? refuse(folder, made.problems) : made.bundle;
}

/** The table tests of a folder, by file. @throws CliError (exit 1) with all problems. */
export function testsOf(folder: string, { content }: CompiledBundle): { file: string; tests: PolicyTest[] }[] {
  const problems: string[] = [];
  const files = Object.entries(content.tests).flatMap(([file, text]) => {
    const read = readYaml(file, text, PolicyTestFile, problems);
    return read ? [{ file, tests: read.value.tests }] : [];
  });
  return problems.length > 0 ? refuse(folder, problems) : files;
}
