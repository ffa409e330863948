import { expect, test } from '@jest/globals';
import { patiently } from '../../../src/cli/compose/patience.ts';
import { openLog } from '../../../src/platform/log.ts';
import { CliError } from '../../../src/platform/problem.ts';

const log = openLog({ level: 'error' });
const patience = (waitMs: number, signal = new AbortController().signal) => ({ waitMs, signal, log });

test('what comes late is waited for', async () => {
  let tries = 0;
  const attempt = async () => {
    tries += 1;
    if (tries < 2) throw new Error('not yet');
    return 'there';
  };
  expect(await patiently('it', attempt, patience(60_000))).toBe('there');
});

test('what does not come ends with 3, naming it and the reason', async () => {
  const attempt = () => Promise.reject(new Error('connection refused'));
  await expect(patiently('the thing', attempt, patience(0))).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(/the thing was not there .*connection refused/),
  });
});

test('what time does not heal is not waited for', async () => {
  const mistake = new CliError('wrong token', 2);
  await expect(patiently('it', () => Promise.reject(mistake), patience(60_000))).rejects.toBe(mistake);
});

test('who is asked to stop does not wait on', async () => {
  const stop = new AbortController();
  const waiting = patiently('it', () => Promise.reject(new Error('down')), patience(60_000, stop.signal));
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});
