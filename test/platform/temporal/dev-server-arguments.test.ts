import { expect, test } from '@jest/globals';
import { devServerArguments } from '../../../src/platform/temporal/dev-server-arguments.ts';

const args = devServerArguments({ port: 7233, uiPort: 8233, database: '/d/temporal.db' });
const after = (flag: string): string[] => args.filter((_, index) => args[index - 1] === flag);

test('it listens on loopback only, and keeps everything on disk', () => {
  expect(args).toEqual(expect.arrayContaining(['--ip=127.0.0.1', '--ui-ip=127.0.0.1', '--db-filename=/d/temporal.db']));
});

test('it is tuned: the measured settings, each under its own flag', () => {
  expect(after('--sqlite-pragma')).toEqual(['journal_mode=wal', 'synchronous=normal']);
  expect(after('--dynamic-config-value')).toEqual([
    'system.enableActivityEagerExecution=true',
    'history.transferProcessorMaxPollRPS=2000',
    'history.timerProcessorMaxPollRPS=2000',
  ]);
});

test("it has the search attributes for Temporal's own UI", () => {
  expect(after('--search-attribute')).toEqual([
    'BelayRunbook=Keyword',
    'BelayTarget=Keyword',
    'BelayRun=Keyword',
    'BelayState=Keyword',
  ]);
});

test("a person's own Temporal profile does not reach it", () => {
  expect(args).toEqual(expect.arrayContaining(['--disable-config-file', '--disable-config-env']));
});
