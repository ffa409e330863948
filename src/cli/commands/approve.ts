import { confirm, select } from '@inquirer/prompts';
import type { Command } from 'commander';
import { CliError } from '../../platform/problem.ts';
import { clientFor, withConnection, type ConnectionOptions } from '../connection-options.ts';
import { chosenOption, decide, readGate } from '../decide.ts';
import { takeOut } from '../take-out.ts';
import { gateCard } from '../text/gate-card.ts';
import type { GateView, OptionView } from '../views.ts';

interface Options extends ConnectionOptions {
  readonly option?: string;
  readonly digest?: string;
  readonly without?: readonly string[];
  readonly reason?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `belay approve <gate>`: shows the card, asks, and sends the digest of what it showed. */
export function register(program: Command): void {
  withConnection(program.command('approve'))
    .description('look at an approval and give it')
    .argument('<gate>', 'its id, such as g-7k2m9q')
    .option('--option <id>', 'which option, when there are several')
    .option('--digest <digest>', 'approve only exactly this')
    .option('--without <action...>', 'of an approval over many: items that are not to be done (belay items)')
    .option('--reason <text>', 'why, for the record')
    .option('--yes', 'do not ask')
    .option('--json', 'print the answer as JSON')
    .action(async (id: string, options: Options) => {
      const client = clientFor(options);
      const gate = await readGate(client, id);
      if (!options.json) console.log(`${gateCard(gate)}\n`);
      const out = options.without && (await takeOut(client, gate, chosenOption(gate, options), options.without));
      if (out && !options.json) console.log(`${out.text}\n`);
      const option = options.yes ? chosenOption(gate, options) : await ask(gate, options);
      if (option === undefined) return console.log('Not approved; it still waits.');
      const reason = options.reason === undefined ? {} : { reason: options.reason };
      const answer = await decide(client, gate, {
        decision: 'approve',
        digest: option.digest,
        option: option.id,
        ...reason,
        ...(out ? { without: out.actions } : {}),
      });
      if (options.json) return console.log(JSON.stringify(answer));
      const missing = answer.missing.length > 0 ? `; still missing: ${answer.missing.join(', ')}` : '';
      console.log(`Approved ${gate.id}${missing}. Follow it with: belay watch ${gate.run}`);
    });
}

async function ask(gate: GateView, options: Options): Promise<OptionView | undefined> {
  if (!process.stdin.isTTY)
    throw new CliError('There is no terminal to ask on; give --yes to approve what is shown.', 2);
  if (gate.options.length > 1 && options.option === undefined && options.digest === undefined) {
    const choices = gate.options.map((each) => ({
      value: each,
      name: `${each.id}${each.title ? `: ${each.title}` : ''}`,
    }));
    const none = { value: undefined, name: 'none of them; leave it open' };
    return select<OptionView | undefined>({ message: 'Which option do you approve?', choices: [...choices, none] });
  }
  const option = chosenOption(gate, options);
  return (await confirm({ message: 'Approve exactly this?', default: false })) ? option : undefined;
}
