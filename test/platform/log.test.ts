import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { openLog } from '../../src/platform/log.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the log is JSON a line, in UTC, for its owner only, and has no secret at any usual depth', () => {
  const file = join(folder, 'logs', 'belay.log');
  const log = openLog({ file });
  log.info(
    {
      request: { headers: { authorization: 'Bearer s3cret', accept: '*/*' } },
      token: 's3cret',
      db: { password: 's3cret' },
    },
    'hello',
  );
  log.debug('not at this level');
  log.child({ part: 'intake' }).warn('second');
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      request: { headers: { authorization: '[redacted]', accept: '*/*' } },
      token: '[redacted]',
      db: { password: '[redacted]' },
      msg: 'hello',
    },
    expect.objectContaining({ level: 'warn', part: 'intake', msg: 'second' }),
  ]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
