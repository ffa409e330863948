import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  binarySources,
  TEMPORAL_CLI_VERSION,
  type BinarySource,
} from '../../../src/platform/temporal/binary-sources.ts';
import { findTemporal, minorOf } from '../../../src/platform/temporal/find-temporal.ts';
import { keepBinary } from '../../../src/platform/temporal/keep-binary.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'belay-find-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const quiet = (): void => undefined;

/** A program that says it is this server. */
function binary(path: string, server = '1.29.1'): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho "temporal version 1.5.1 (Server ${server}, UI 2.42.1)"\n`);
  chmodSync(path, 0o755);
  return path;
}

const on = (name: string, server = '1.29.1'): BinarySource => ({
  name,
  get: async () => binary(join(folder, name), server),
});
const off = (name: string, reason: string): BinarySource => ({ name, get: () => Promise.reject(new Error(reason)) });

describe('which binary is taken', () => {
  const cases: [name: string, sources: () => BinarySource[], wanted: string | undefined, from: string][] = [
    ['the first that is there', () => [on('PATH'), on('cache')], undefined, 'PATH'],
    [
      'the next, when the first is not there',
      () => [off('PATH', 'none'), on('cache'), on('download')],
      undefined,
      'cache',
    ],
    [
      'a build, when all else fails',
      () => [off('PATH', '-'), off('cache', '-'), off('download', '-'), on('go install')],
      undefined,
      'go install',
    ],
    [
      'the one that made the data folder, though another is nearer',
      () => [on('PATH', '1.31.0'), on('cache', '1.29.0')],
      '1.29',
      'cache',
    ],
    ['another patch of the same minor', () => [on('PATH', '1.29.7')], '1.29', 'PATH'],
  ];
  test.each(cases)('%s', async (_name, sources, wanted, from) => {
    expect(await findTemporal(sources(), quiet, wanted)).toMatchObject({ from });
  });

  test('a later source is not even asked once one fits', async () => {
    const asked: string[] = [];
    const source = (name: string): BinarySource => ({
      name,
      get: async () => (asked.push(name), binary(join(folder, name))),
    });
    await findTemporal([source('PATH'), source('download')], quiet);
    expect(asked).toEqual(['PATH']);
  });

  test('with none, every reason is told, what to do, and exit code 3', async () => {
    const broken = { name: 'PATH', get: async () => join(folder, 'absent') };
    writeFileSync(join(folder, 'other'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
    const other = { name: 'cache', get: async () => join(folder, 'other') };
    const sources = [
      broken,
      other,
      off('download', 'nothing arrived for 15 s'),
      off('go install', 'Go is not on the PATH'),
    ];
    await expect(findTemporal(sources, quiet)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(
        /PATH: .*absent does not run[^]*cache: .*does not say which server it is \(hello\)[^]*download: nothing arrived for 15 s[^]*go install: Go is not on the PATH[^]*TEMPORAL_ADDRESS/,
      ),
    });
  });

  test('a data folder of another minor is refused, naming both versions', async () => {
    await expect(findTemporal([on('PATH', '1.31.2')], quiet, '1.29')).rejects.toThrow(
      /the Temporal server 1\.29, which made this data folder[^]*is server 1\.31\.2/,
    );
  });

  test.each([
    ['1.29.1', '1.29'],
    ['1.30.0', '1.30'],
  ])('the minor of %s is %s', (version, minor) => expect(minorOf(version)).toBe(minor));
});

describe('where it is looked for', () => {
  const names = (parts?: string): string[] => binarySources({ path: '', cache: folder, parts }).map(({ name }) => name);

  test('in the order that the documentation gives', () => {
    expect(names()).toEqual(['PATH', 'cache', 'download', 'go install']);
    expect(names('/parts')[0]).toBe('BELAY_PARTS');
  });

  test('the first folder of the PATH that has it, and the cache under the version that Belay fetches', async () => {
    const [first, second] = [join(folder, 'one'), join(folder, 'two')];
    binary(join(second, 'temporal'));
    const kept = binary(join(folder, `temporal-${TEMPORAL_CLI_VERSION}`));
    const [path, cache] = binarySources({ path: `${first}::${second}`, cache: folder });
    await expect(path?.get(quiet)).resolves.toBe(join(second, 'temporal'));
    await expect(cache?.get(quiet)).resolves.toBe(kept);
  });

  test('a build without Go says so and leaves nothing behind', async () => {
    const go = binarySources({ path: folder, cache: join(folder, 'cache') }).at(-1);
    await expect(go?.get(quiet)).rejects.toThrow('Go is not on the PATH');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a build with Go lands in the cache, whole and runnable', async () => {
    const script = `#!/bin/sh\n[ "$1" = version ] && exit 0\nprintf '#!/bin/sh\\necho "(Server 1.29.1)"\\n' > "$GOBIN/temporal"\n`;
    writeFileSync(join(folder, 'go'), script, { mode: 0o755 });
    const sources = binarySources({ path: `${folder}:/bin:/usr/bin`, cache: join(folder, 'cache') });
    const found = await findTemporal(
      sources.filter(({ name }) => name === 'go install'),
      quiet,
    );
    expect(found).toMatchObject({ server: '1.29.1', path: join(folder, 'cache', `temporal-${TEMPORAL_CLI_VERSION}`) });
    expect(readdirSync(join(folder, 'cache'))).toHaveLength(1);
  });

  test("a build that fails gives the compiler's last line", async () => {
    writeFileSync(
      join(folder, 'go'),
      `#!/bin/sh\n[ "$1" = version ] && exit 0\necho first >&2\necho 'no network' >&2\nexit 1\n`,
      { mode: 0o755 },
    );
    const go = binarySources({ path: `${folder}:/bin:/usr/bin`, cache: folder }).at(-1);
    await expect(go?.get(quiet)).rejects.toThrow(/^no network$/);
  });
});

test('what is half made is never kept', async () => {
  const to = join(folder, 'kept');
  const half = keepBinary(to, async (scratch) => {
    writeFileSync(join(scratch, 'half'), '');
    throw new Error('stopped');
  });
  await expect(half).rejects.toThrow('stopped');
  expect(readdirSync(folder)).toEqual([]);
});
