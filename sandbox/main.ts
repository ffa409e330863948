import { dirname } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { reasonOf } from '../src/platform/problem.ts';
import { askSandbox, SandboxError } from './control/ask-sandbox.ts';
import { startJson, startScreen, statusScreen } from './control/screens.ts';
import { forgetDead, writeState } from './control/state-file.ts';
import type { Sandbox } from './start-sandbox.ts';
import { storyNamed, STORIES, UnknownStory } from './stories/stories.ts';

interface StartOptions {
  port?: number;
  webhook?: string;
  belay?: string;
  slack: boolean;
  json?: boolean;
}

interface AskOptions {
  port?: number;
  json?: boolean;
}

const HIGHEST_PORT = 65_530;

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= HIGHEST_PORT) return value;
  throw new InvalidArgumentError(`It is a number from 0 to ${HIGHEST_PORT}; the five ports after it are used too.`);
}

function httpUrl(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new InvalidArgumentError('It is an http:// or https:// address.');
}

/** Resolves when the sandbox should end: on a signal, or when the process that started this one with a channel is gone. */
function asked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
    process.once('disconnect', () => resolve());
  });
}

async function begin(options: StartOptions): Promise<Sandbox> {
  const { json: _json, ...rest } = options;
  try {
    // Loaded here only: `break`, `heal` and `status` need none of it.
    const { startSandbox } = await import('./start-sandbox.ts');
    return await startSandbox(rest);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE') throw error;
    const taken = 'port' in error ? String(error.port) : 'asked for';
    throw new SandboxError(
      `Port ${taken} is in use. Choose another with --port, or leave --port out for free ports.`,
      3,
    );
  }
}

async function run(options: StartOptions): Promise<void> {
  const end = asked();
  forgetDead();
  const starting = begin(options);
  // A Ctrl-C while it starts still waits for the start, so that everything that began can be ended.
  const sandbox = await starting;
  const { control, controlToken: token, kubeconfig } = sandbox;
  const forget = writeState({ pid: process.pid, control, token, folder: dirname(kubeconfig) });
  console.log(options.json ? startJson(sandbox) : startScreen(sandbox, options.port || undefined));
  await end;
  forget();
  await sandbox.stop();
}

async function ask(method: 'GET' | 'POST', path: string, options: AskOptions): Promise<void> {
  const status = await askSandbox(method, path, options.port || undefined);
  console.log(options.json ? JSON.stringify(status) : statusScreen(status));
}

const portHelp = 'the control port of the sandbox that is meant (default: the latest)';

const program = new Command('sandbox')
  .description('A small real system that fails, to try Belay on')
  .enablePositionalOptions()
  .exitOverride()
  .option('--port <n>', 'first of six ports in a row (default: free ones)', port)
  .option('--webhook <url>', 'where alerts are posted, such as http://127.0.0.1:7420/hooks/alertmanager', httpUrl)
  .option('--belay <url>', "where Belay is, for Slack's clicks (default: the origin of --webhook)", httpUrl)
  .option('--no-slack', 'without the small Slack')
  .option('--json', 'print one line of JSON once it is up')
  .action(run);

const subcommand = (name: string, description: string): Command =>
  program.command(name).description(description).option('--port <n>', portHelp, port).option('--json', 'print JSON');

subcommand('break', 'let something go wrong')
  .argument('[story]', STORIES.map((story) => `${story.name}: ${story.summary}`).join('; '))
  .action(async (name: string | undefined, _options: AskOptions, command: Command) => {
    await ask('POST', `/break/${storyNamed(name ?? '').name}`, command.optsWithGlobals());
  });
subcommand('heal', 'bring the shop back to how it began').action(async (_options: AskOptions, command: Command) => {
  await ask('POST', '/heal', command.optsWithGlobals());
});
subcommand('status', 'how the shop does').action(async (_options: AskOptions, command: Command) => {
  await ask('GET', '/status', command.optsWithGlobals());
});

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const [message, code] =
    error instanceof SandboxError
      ? [error.message, error.exitCode]
      : [reasonOf(error), error instanceof UnknownStory ? 2 : 1];
  console.error(`sandbox: ${message}`);
  return code;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
// A channel to the process that started this one would keep it alive.
if (process.connected) process.disconnect();
