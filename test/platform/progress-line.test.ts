import { expect, test } from '@jest/globals';
import { plainLine } from '../../src/platform/progress-line.ts';

test('without a terminal each step is one line, not every second of it', () => {
  const lines: string[] = [];
  const progress = plainLine((line) => lines.push(line));
  progress.say('Fetching the Temporal server');
  progress.say('Fetching the Temporal server: 3 MB', 0.1);
  progress.say('Fetching the Temporal server: 30 MB', 1);
  progress.say('Starting Temporal');
  progress.say('Starting Temporal');
  progress.done();
  expect(lines).toEqual(['Fetching the Temporal server …', 'Starting Temporal …']);
});
