import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { commands } from '../../src/cli/commands.ts';
import { createProgram } from '../../src/cli/program.ts';
import { freePorts } from '../support/free-ports.ts';
import { belay } from './belay.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-cli-'));
writeFileSync(join(folder, 'token'), 't\n');
afterAll(() => rmSync(folder, { recursive: true }));

/** Nobody listens there. */
const [port] = await freePorts(1);

describe('how a command ends', () => {
  const cases: [args: string[], env: NodeJS.ProcessEnv, code: number, said: RegExp][] = [
    [['--help'], {}, 0, /^Usage: belay/],
    [['run', '--help'], {}, 0, /^Usage: belay run/],
    [['--version'], {}, 0, /^\d+\.\d+\.\d+\n$/],
    [['approv'], {}, 2, /unknown command 'approv'\n\(Did you mean approve\?\)/],
    [['approve'], {}, 2, /missing required argument 'gate'/],
    [['runs', '--jsno'], {}, 2, /unknown option '--jsno'/],
    [
      ['runs', '--data', join(folder, 'nothing')],
      {},
      3,
      /^belay: Belay has not run here yet: there is no .*token\. Start it with `npm start`/,
    ],
    [
      ['runs', '--data', folder, '--port', String(port)],
      {},
      3,
      /^belay: Belay is not running on http:\/\/127\.0\.0\.1:\d+; start it with `npm start`\.\n$/,
    ],
    [['runs', '--data', folder], { BELAY_PORT: 'x' }, 2, /BELAY_PORT is not a port/],
    [['runs', '--data', folder, '--url', 'nowhere'], {}, 2, /"nowhere" is not an address/],
  ];
  test.each(cases)('%j with %j ends with %d and one plain answer', async (args, env, code, said) => {
    const ended = await belay(args, env);
    expect(ended.code).toBe(code);
    expect(ended.out + ended.err).toMatch(said);
    expect(ended.out + ended.err).not.toMatch(/\n\s+at /);
    expect(ended.out + ended.err).not.toContain('\u001b');
  });

  test('a mistake in an unrelated variable does not keep a person from the CLI', async () => {
    const ended = await belay(['runs', '--data', folder, '--port', String(port)], {
      OPENAI_API_KEY: 'k',
      BELAY_ROUTES: '/nowhere',
    });
    expect(ended.code).toBe(3);
  });
});

test('every command says what it does and what its arguments are', () => {
  const program = createProgram();
  const all = program.commands.flatMap((command) => (command.commands.length > 0 ? command.commands : [command]));
  expect(program.commands).toHaveLength(commands.length);
  for (const command of all) {
    expect([command.name(), command.description()]).toEqual([command.name(), expect.stringMatching(/./)]);
    for (const argument of command.registeredArguments)
      expect([command.name(), argument.description]).toEqual([command.name(), expect.stringMatching(/./)]);
    for (const option of command.options)
      expect([command.name(), option.description]).toEqual([command.name(), expect.stringMatching(/./)]);
  }
});
