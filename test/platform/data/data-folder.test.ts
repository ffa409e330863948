import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDataFolder } from '../../../src/platform/data/data-folder.ts';

let parent: string;
beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'belay-data-'))));
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const MODULE = new URL('../../../src/platform/data/data-folder.ts', import.meta.url).href;

/** Another process that opens the folder and says so. */
async function holder(path: string): Promise<{ pid: number; kill(): Promise<void> }> {
  const program = `const { openDataFolder } = await import(${JSON.stringify(MODULE)});
    openDataFolder(${JSON.stringify(path)}); console.log('open'); setInterval(() => {}, 1000);`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return {
    pid: child.pid ?? 0,
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('the data folder', () => {
  test('is made for its owner only, with a token of 32 bytes for its owner only', () => {
    const data = openDataFolder(join(parent, 'a', 'b'));
    expect(mode(data.path)).toBe('700');
    expect(mode(join(data.path, 'token'))).toBe('600');
    expect(Buffer.from(data.token, 'base64url')).toHaveLength(32);
    for (const folder of [data.keys, data.temporal, data.postgres, data.logs, data.run])
      expect(mode(folder)).toBe('700');
    data.close();
  });

  test('keeps its token, and closes again what was opened to others meanwhile', () => {
    const first = openDataFolder(join(parent, 'd'));
    first.close();
    chmodSync(first.path, 0o755);
    chmodSync(join(first.path, 'token'), 0o644);
    const second = openDataFolder(first.path);
    expect(second.token).toBe(first.token);
    expect([mode(second.path), mode(join(second.path, 'token'))]).toEqual(['700', '600']);
    second.close();
  });

  test('a second Belay is refused with one line that names the pid of the first', async () => {
    const other = await holder(join(parent, 'd'));
    try {
      expect(() => openDataFolder(join(parent, 'd'))).toThrow(
        expect.objectContaining({
          exitCode: 2,
          message: expect.stringMatching(new RegExp(`^Another Belay \\(pid ${other.pid}\\) [^\\n]*$`)),
        }),
      );
    } finally {
      await other.kill();
    }
  });

  test('a Belay that was killed does not keep the folder', async () => {
    const other = await holder(join(parent, 'd'));
    await other.kill();
    openDataFolder(join(parent, 'd')).close();
  });

  test('of many that start at once after a kill, exactly one gets the folder', async () => {
    await (await holder(join(parent, 'd'))).kill();
    const opened = Array.from({ length: 5 }, () => {
      try {
        return openDataFolder(join(parent, 'd'));
      } catch {
        return undefined;
      }
    }).filter((each) => each !== undefined);
    expect(opened).toHaveLength(1);
    opened[0]?.close();
  });

  test('a refused opening leaves the lock of the first alone', () => {
    const first = openDataFolder(join(parent, 'd'));
    expect(() => openDataFolder(join(parent, 'd'))).toThrow(/Another Belay/);
    expect(() => openDataFolder(join(parent, 'd'))).toThrow(/Another Belay/);
    first.close();
    openDataFolder(join(parent, 'd')).close();
  });

  test("a folder with a person's own things in it is neither taken nor changed", () => {
    const path = join(parent, 'home');
    mkdirSync(path, { mode: 0o755 });
    writeFileSync(join(path, 'letter'), 'dear');
    expect(() => openDataFolder(path)).toThrow(/has other things in it/);
    expect(mode(path)).toBe('755');
  });

  test('a file in its place is named', () => {
    writeFileSync(join(parent, 'f'), '');
    expect(() => openDataFolder(join(parent, 'f'))).toThrow(/is a file; give a folder with --data/);
    expect(() => openDataFolder(join(parent, 'f', 'd'))).toThrow(/cannot be used: ENOTDIR/);
  });
});
