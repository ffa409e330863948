import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { reasonOf, CliError } from '../../platform/problem.ts';
import type { BelayConfig } from '../../sdk/define-config.ts';
import type { AnyRunbook } from '../../sdk/define-runbook.ts';

/** The file a team's blocks are named in, in the folder Belay is started in. */
const FILES = ['belay.config.ts', 'belay.config.js'];

/** What a team adds to what ships. */
export interface Team {
  readonly config: BelayConfig;
  readonly runbooks: readonly AnyRunbook[];
  /** Entry of the workflow bundle with the team's runbooks in it; undefined when there are none. */
  readonly workflowEntry: string | undefined;
}

const Shape = z.object({
  default: z.looseObject({
    systems: z.array(z.unknown()).optional(),
    sources: z.array(z.unknown()).optional(),
    runbooks: z.array(z.string()).optional(),
    connections: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  }),
});

async function load(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw new CliError(`${file} cannot be loaded: ${reasonOf(error)}`, 2, { cause: error });
  }
}

/** The runbook that a file exports as its default. */
async function runbookIn(file: string): Promise<AnyRunbook> {
  const found = z
    .object({ default: z.looseObject({ name: z.string(), run: z.function() }) })
    .safeParse(await load(file));
  if (!found.success)
    throw new CliError(`${file} does not export a runbook as its default (export default defineRunbook({ … })).`, 2);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the manifest checks each field; the types are the author's
  return found.data.default as unknown as AnyRunbook;
}

/** A module for Temporal's bundler, beside the data: the shipped runbooks and the team's own. */
function writeEntry(folder: string, files: readonly string[]): string {
  const here = import.meta.url;
  const own = (path: string) => fileURLToPath(new URL(`../../workflows/${path}${extname(fileURLToPath(here))}`, here));
  const entry = join(folder, 'workflows.js');
  const lines = [
    `import { runWorkflow } from ${JSON.stringify(own('engine/run-workflow'))};`,
    `import { runbooks } from ${JSON.stringify(own('runbooks'))};`,
    ...files.map((file, at) => `import own${at} from ${JSON.stringify(file)};`),
    `const all = [...runbooks, ${files.map((_, at) => `own${at}`).join(', ')}];`,
    'export default (request) => runWorkflow(all, request);',
  ];
  mkdirSync(folder, { recursive: true });
  writeFileSync(entry, `${lines.join('\n')}\n`);
  return entry;
}

/** Loads `belay.config.ts` of the folder, when there is one. @throws CliError (exit 2) naming the file that is wrong. */
export async function loadTeam(folder: string, workFolder: string): Promise<Team> {
  const file = FILES.map((name) => resolve(folder, name)).find((path) => existsSync(path));
  if (file === undefined) return { config: {}, runbooks: [], workflowEntry: undefined };
  const parsed = Shape.safeParse(await load(file));
  if (!parsed.success)
    throw new CliError(
      `${file}: ${parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}; write export default defineConfig({ … }).`,
      2,
    );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- registry and manifest check what is in it
  const config = parsed.data.default as BelayConfig;
  const files = (config.runbooks ?? []).map((path) => resolve(dirname(file), path));
  return {
    config,
    runbooks: await Promise.all(files.map(runbookIn)),
    workflowEntry: files.length === 0 ? undefined : writeEntry(workFolder, files),
  };
}
