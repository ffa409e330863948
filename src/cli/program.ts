import { Command } from 'commander';
import { commands } from './commands.ts';

/** The `belay` program with all its commands; it throws instead of ending the process. */
export function createProgram(): Command {
  const program = new Command('belay')
    .description('Agents investigate and propose, people approve, Temporal makes it last.')
    .version('0.1.0', '-v, --version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .showHelpAfterError('Run with --help to see what it takes.')
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride();
  for (const register of commands) register(program);
  return program;
}
