import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { forgetDead, readState, writeState } from '../../../sandbox/control/state-file.ts';
import type { SandboxState } from '../../../sandbox/control/state-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const state = (port: number, pid = port): SandboxState => ({
  pid,
  control: `http://127.0.0.1:${port}`,
  token: `token-${port}`,
  folder: '/nowhere',
});

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('state');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (given: SandboxState): (() => void) => writeState(given, folder);
const read = (port?: number): SandboxState | undefined => readState(port, folder);

test('the latest sandbox is found without a port, each one by its own', () => {
  expect(read()).toBeUndefined();
  const forgetFirst = write(state(4001));
  const forgetSecond = write(state(4002));
  expect(read()).toEqual(state(4002));
  expect(read(4001)).toEqual(state(4001));
  expect(read(4003)).toBeUndefined();
  forgetFirst();
  expect(read(4001)).toBeUndefined();
  expect(read()).toEqual(state(4002));
  forgetSecond();
  expect(readdirSync(folder)).toEqual([]);
});

test('when the latest ends, one that still runs is the latest again', () => {
  write(state(4001, process.pid));
  const forgetLatest = write(state(4002, process.ppid));
  expect(read()).toEqual(state(4002, process.ppid));
  forgetLatest();
  expect(read()).toEqual(state(4001, process.pid));
});

test('only this user may read it: it holds a token', () => {
  const forget = write(state(4001));
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  forget();
});

test('a link that somebody put in its place is neither followed nor believed', () => {
  const forget = write(state(4001));
  const [latest] = readdirSync(folder).filter((name) => !name.includes('4001'));
  forget();
  const victim = join(folder, 'victim.txt');
  writeFileSync(victim, JSON.stringify(state(6666)));
  symlinkSync(victim, join(folder, latest ?? ''));
  expect(read()).toBeUndefined();
  const forgetAgain = write(state(4002));
  expect(read()).toEqual(state(4002));
  expect(statSync(victim).size).toBe(JSON.stringify(state(6666)).length);
  forgetAgain();
});

test('what is not a state is no state', () => {
  const forget = write(state(4001));
  for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '{"pid":"x"}');
  expect(read()).toBeUndefined();
  forget();
});

test('what a killed sandbox left is taken away; what runs, and what is not a sandbox of ours, is not touched', () => {
  // The highest process id there can be on any system we run on: nothing has it.
  const DEAD = 4_194_304;
  const [left, foreign] = [join(folder, 'belay-sandbox-x1'), join(folder, 'precious')];
  for (const each of [left, foreign]) mkdirSync(each);
  write({ ...state(4001, DEAD), folder: left });
  write({ ...state(4002, DEAD), folder: foreign });
  write(state(4003, process.pid));
  forgetDead(folder);
  expect(read(4001)).toBeUndefined();
  expect(read(4002)).toBeUndefined();
  expect(read(4003)).toEqual(state(4003, process.pid));
  expect(read()).toEqual(state(4003, process.pid));
  expect([existsSync(left), existsSync(foreign)]).toEqual([false, true]);
});
