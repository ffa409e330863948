import { resolve } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import type { z } from 'zod';
import { requestOfCase } from '../../authority/policy/policy-case.ts';
import { Explained, PolicyView, Reloaded } from '../../api/routes/policy.ts';
import { readConfiguration } from '../../platform/configuration/configuration.ts';
import { CliError, reasonOf } from '../../platform/problem.ts';
import { clientFor, type ConnectionOptions, withConnection } from '../connection-options.ts';
import { contextOf, pairsOf } from '../context-options.ts';
import { explanationText, resultsText } from '../text/policy-page.ts';
import { printable, table } from '../text/table.ts';
import { ago } from '../text/times.ts';

/** Cedar and every tool: only what works on a folder needs them. */
const offline = () => import('../compose/bundle-offline.ts');

const collect = (value: string, before: string[]): string[] => [...before, value];

function folderOf(given: string | undefined): string {
  const folder = given ?? readConfiguration(process.env).BELAY_POLICY;
  if (folder === undefined) throw new CliError('Which folder? Name it, or set BELAY_POLICY.', 2);
  return resolve(folder);
}

async function test(given: string | undefined, options: { json?: boolean }): Promise<void> {
  const folder = folderOf(given);
  const { knownTools, loadFolder, testsOf } = await offline();
  const { runPolicyTests } = await import('../../authority/policy/policy-test.ts');
  const tools = await knownTools();
  const bundle = loadFolder(folder, tools);
  const surroundings = { directory: bundle.directory, tools, now: new Date() };
  const files = testsOf(folder, bundle).map(({ file, tests }) => ({
    file,
    results: runPolicyTests(bundle.policy, tests, surroundings),
  }));
  if (files.length === 0)
    throw new CliError(`${folder} loads, and has no tests; they stand beside the policies, in files *.test.yaml.`, 1);
  if (options.json) console.log(JSON.stringify({ files }));
  else for (const { file, results } of files) console.log(resultsText(file, results));
  if (files.some(({ results }) => results.some(({ ok }) => !ok))) process.exitCode = 1;
}

interface ExplainOptions extends ConnectionOptions {
  readonly as: string;
  readonly folder?: string;
  readonly tag: string[];
  readonly context: string[];
  readonly json?: boolean;
}

async function explain(tool: string, target: string, options: ExplainOptions): Promise<void> {
  const { as: who, folder } = options;
  const tags = Object.fromEntries(pairsOf('--tag', options.tag));
  const asked = { who, tool, target: { key: target, name: target, ...tags }, context: contextOf(options.context) };
  const explained = folder === undefined ? undefined : await explainOffline(folder, asked);
  const answer = explained ?? (await clientFor(options).post('/api/policy/explain', asked, Explained));
  console.log(options.json ? JSON.stringify(answer) : explanationText(answer));
}

async function explainOffline(folder: string, asked: Parameters<typeof requestOfCase>[0]) {
  const { knownTools, loadFolder } = await offline();
  const tools = await knownTools();
  const { policy, directory } = loadFolder(resolve(folder), tools);
  try {
    return policy.explain(requestOfCase(asked, { directory, tools, now: new Date() }), { unlisted: true });
  } catch (error) {
    throw new CliError(reasonOf(error), 2, { cause: error });
  }
}

function viewText(view: z.infer<typeof PolicyView>): string {
  const { refused } = view;
  return [
    `${pc.bold(printable(view.name))} from ${printable(view.from)}`,
    `  ${view.hash}${view.commit === null ? '' : `, commit ${view.commit}`}`,
    `  in force since ${view.activatedAt} (${ago(view.activatedAt)})${view.by === null ? '' : `, loaded by ${printable(view.by)}`}`,
    ...view.diff.map((line) => `  ${pc.dim('·')} ${printable(line)}`),
    ...(refused
      ? [
          '',
          pc.red(`What the files say now does not load (tried ${ago(refused.at)} ago):`),
          ...refused.problems.map((line) => `  ${pc.red('✗')} ${printable(line)}`),
        ]
      : []),
    '',
    table(
      ['RULE', 'SAYS', 'GATE', 'WHERE'],
      view.policies.map(({ id, effect, gate, place }) => [id, effect, gate ?? '', place]),
    ),
  ].join('\n');
}

/** `belay policy show|explain|test|reload` */
export function register(program: Command): void {
  const policy = program.command('policy').description('the rules: who must approve what');
  withConnection(policy.command('show'))
    .description('what is in force, since when, from which commit, and what it changed')
    .option('--json', 'print the answer as JSON')
    .action(async (options: ConnectionOptions & { json?: boolean }) => {
      const view = await clientFor(options).get('/api/policy', PolicyView);
      console.log(options.json ? JSON.stringify(view) : viewText(view));
    });
  withConnection(policy.command('explain'))
    .argument('<tool>', 'such as kubernetes.rollout_undo')
    .argument('<target>', 'its lock key, such as kubernetes:<cluster>/shop/deployments/checkout')
    .description('what would happen, and which rule says so')
    .requiredOption('--as <person>', 'who asks for it: their name in the directory')
    .option('--folder <folder>', 'ask the policies of a folder, without a running Belay')
    .option('--tag <key=value>', 'a tag of the target, such as environment=staging (repeatable)', collect, [])
    .option('--context <key=value>', 'a circumstance, such as incident.open=true (repeatable)', collect, [])
    .option('--json', 'print the answer as JSON')
    .action(explain);
  policy
    .command('test')
    .argument('[folder]', 'with policies and their tests (BELAY_POLICY)')
    .description('run the table tests that stand beside the policies (BELAY_POLICY)')
    .option('--json', 'print the results as JSON')
    .action(test);
  withConnection(policy.command('reload'))
    .description('read the policy files anew; a bad bundle changes nothing')
    .option('--json', 'print the answer as JSON')
    .action(async (options: ConnectionOptions & { json?: boolean }) => {
      const answer = await clientFor(options).post('/api/policy/reload', {}, Reloaded);
      if (answer.answer === 'refused') process.exitCode = 1;
      if (options.json) return console.log(JSON.stringify(answer));
      if (answer.answer === 'unchanged') return console.log(`Nothing changed; ${answer.hash} stays in force.`);
      const activated = answer.answer === 'activated';
      const lines = activated ? answer.diff : answer.problems;
      console.log(
        activated ? `In force: ${answer.hash}` : `${pc.red('It does not load;')} ${answer.hash} stays in force.`,
      );
      for (const line of lines) console.log(`  ${activated ? pc.dim('·') : pc.red('✗')} ${printable(line)}`);
    });
}
