import type { Command } from 'commander';
import { z } from 'zod';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { jsonObject } from '../json-object.ts';
import { parseInput } from '../parse-input.ts';

const Started = z.looseObject({ id: z.string() });

/** `belay run <runbook> key=value …` */
export function register(program: Command): void {
  withConnection(program.command('run'))
    .description('start a run of a runbook')
    .argument('<runbook>', 'its name, such as remediation/bad-deploy')
    .argument('[input...]', 'its input as key=value; a value that is JSON (3, true, ["a"]) is taken as such')
    .option('--input-json <json>', 'the input as one JSON object', jsonObject)
    .option('--dry-run', 'investigate and propose, change nothing')
    .option('--json', 'print the answer as JSON')
    .action(async (runbook: string, pairs: string[], options: Options) => {
      const client = clientFor(options);
      const input = { ...options.inputJson, ...parseInput(pairs) };
      const run = await client.post('/api/runs', { runbook, input, ...(options.dryRun && { dryRun: true }) }, Started);
      if (options.json) console.log(JSON.stringify(run));
      else console.log(`Started run ${run.id}. Follow it with: belay watch ${run.id}`);
    });
}

interface Options extends ConnectionOptions {
  readonly inputJson?: Record<string, unknown>;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}
