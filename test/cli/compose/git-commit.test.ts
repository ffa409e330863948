import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { gitCommit } from '../../../src/cli/compose/git-commit.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-git-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
    encoding: 'utf8',
  }).trim();

test('the commit of a policy folder, marked dirty when files in it differ from it and only then', async () => {
  const policy = join(folder, 'policy');
  mkdirSync(policy);
  expect(await gitCommit(policy)).toBeNull();
  git('init', '-q');
  expect(await gitCommit(policy)).toBeNull();
  writeFileSync(join(policy, 'a.cedar'), '// one\n');
  git('add', '-A');
  git('commit', '-qm', 'one');
  const commit = git('rev-parse', 'HEAD');
  expect(await gitCommit(policy)).toBe(commit);
  writeFileSync(join(folder, 'elsewhere.txt'), 'x');
  expect(await gitCommit(policy)).toBe(commit);
  writeFileSync(join(policy, 'a.cedar'), '// two\n');
  expect(await gitCommit(policy)).toBe(`${commit}-dirty`);
  expect(await gitCommit(join(folder, 'nowhere'))).toBeNull();
});
