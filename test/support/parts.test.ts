import { afterEach, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingPartsLines } from './missing-parts-reporter.ts';
import { findPart, missingParts, requirePart } from './parts.ts';
import { temporaryFolder } from './temporary-folder.ts';

const before = { ...process.env };
const folders: string[] = [];
afterEach(() => {
  process.env = { ...before };
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder with a `bin` that has these programs; `BELAY_PARTS` names it. */
function partsFolder(...programs: string[]): string {
  const folder = temporaryFolder('parts');
  folders.push(folder);
  mkdirSync(join(folder, 'bin'));
  for (const program of programs) {
    writeFileSync(join(folder, 'bin', program), '');
    chmodSync(join(folder, 'bin', program), 0o755);
  }
  process.env['BELAY_PARTS'] = folder;
  return join(folder, 'bin');
}

describe('the parts that tests need', () => {
  test.each(['temporal', 'etcd', 'kwok', 'alertmanager', 'chromium'] as const)(
    'are taken from BELAY_PARTS before anywhere else: %s',
    (part) => {
      const bin = partsFolder(part);

      expect(findPart(part)).toBe(join(bin, part));
      expect(requirePart(part)).toBe(join(bin, part));
    },
  );

  test('are not taken from the PATH where another version would break tests in hard to see ways', () => {
    const bin = partsFolder('etcd', 'prometheus');
    delete process.env['BELAY_PARTS'];
    process.env['PATH'] = bin;

    expect(findPart('prometheus')).toBe(join(bin, 'prometheus'));
    expect(findPart('etcd')).not.toBe(join(bin, 'etcd'));
  });

  test('count only when they can be run', () => {
    const bin = partsFolder('temporal');
    chmodSync(join(bin, 'temporal'), 0o644);

    expect(findPart('temporal')).not.toBe(join(bin, 'temporal'));
  });

  test('always include a PostgreSQL: npm brings one', () => {
    process.env['PATH'] = '';

    expect(missingParts('postgres')).toEqual([]);
  });
});

describe('the reporter', () => {
  test('says at the end which parts were missing, and for how many tests', () => {
    const skipped = (title: string): { ancestorTitles: string[]; status: string } => ({
      ancestorTitles: [title],
      status: 'pending',
    });
    const file = {
      testResults: [
        skipped('x [needs kwok, etcd: see test/support/parts/build]'),
        skipped('y [needs kwok, etcd: see test/support/parts/build]'),
        skipped('not for a part'),
        { ancestorTitles: ['z'], status: 'passed' },
      ],
    };

    expect(missingPartsLines({ testResults: [file] })).toEqual([
      'Skipped 2 tests that need kwok, etcd (test/support/parts/build gets them)',
    ]);
  });
});
