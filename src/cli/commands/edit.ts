import { type Command, InvalidArgumentError } from 'commander';
import { CliError } from '../../platform/problem.ts';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { chosenOption, decide, readGate } from '../decide.ts';
import { jsonObject } from '../json-object.ts';
import { parseInput } from '../parse-input.ts';

interface Options extends ConnectionOptions {
  readonly set?: string[];
  readonly args?: Record<string, unknown>;
  readonly action: number;
  readonly option?: string;
  readonly digest?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

function asNumber(text: string): number {
  if (!/^[1-9]$|^10$/.test(text)) throw new InvalidArgumentError('It is a step of the option, from 1.');
  return Number(text) - 1;
}

/** `belay edit <gate> --set key=value`: other arguments for one action; another approval is asked for in its place. */
export function register(program: Command): void {
  withConnection(program.command('edit'))
    .description('ask for something else than an approval shows; it is withdrawn and another takes its place')
    .argument('<gate>', 'its id, such as g-7k2m9q')
    .option('--set <pair...>', 'an argument to change, as key=value; a value that is JSON is taken as such')
    .option('--args <json>', 'all arguments, as one JSON object', jsonObject)
    .option('--action <number>', 'which step of the option, from 1', asNumber, 0)
    .option('--option <id>', 'which option, when there are several')
    .option('--digest <digest>', 'edit only exactly this')
    .option('--reason <text>', 'why, for the record')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, options: Options) => {
      if ((options.set === undefined) === (options.args === undefined))
        throw new CliError('Say what to change, with --set key=value or with --args <json>.', 2);
      const client = clientFor(options);
      const gate = await readGate(client, id);
      const option = chosenOption(gate, options);
      const action = option.actions[options.action];
      if (action === undefined)
        throw new CliError(`Option ${option.id} of ${gate.id} has ${option.actions.length} steps to edit.`, 2);
      const args = options.args ?? { ...action.args, ...parseInput(options.set ?? []) };
      const answer = await decide(client, gate, {
        decision: 'edit',
        digest: option.digest,
        option: option.id,
        action: options.action,
        args,
        ...(options.reason === undefined ? {} : { reason: options.reason }),
      });
      if (options.json) return console.log(JSON.stringify(answer));
      console.log(`Edited. ${gate.id} is withdrawn; look at what takes its place with: belay approve ${answer.gate}`);
    });
}
