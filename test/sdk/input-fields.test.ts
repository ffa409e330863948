import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ConnectionName, Duration, waveFields, wavesOf } from '../../src/sdk/runbook.ts';

describe('a wait', () => {
  test.each(['250ms', '90s', '2m', '24h', '30d', '9999d', '999999h'])('may be %s', (text) => {
    expect(Duration.parse(text)).toBe(text);
  });

  test.each(['', '0s', '1', 's', '1.5h', '-1m', '1w', '1000000s', '10000d', '1 h', '1h30m'])(
    'is not %j, and is told how to be written',
    (text) => {
      expect(Duration.safeParse(text).error?.issues[0]?.message).toContain('such as 90s or 7d');
    },
  );
});

test('a connection is called as one can be configured', () => {
  expect(ConnectionName.safeParse('prod-eu_1').success).toBe(true);
  for (const name of ['', 'Prod', 'a b', '../x', 'a'.repeat(41)])
    expect(ConnectionName.safeParse(name).success).toBe(false);
});

describe('how many at a time', () => {
  const Input = z.strictObject(waveFields('changed', { first: 2, size: 50, inFlight: 5 }));

  test('is as the runbook has it, unless it is started otherwise', () => {
    expect(wavesOf(Input.parse({}))).toEqual({ first: 2, size: 50, inFlight: 5, stopAfter: 0 });
    expect(wavesOf(Input.parse({ firstWave: 1, stopAfter: 0.1 }))).toEqual({
      first: 1,
      size: 50,
      inFlight: 5,
      stopAfter: 0.1,
    });
  });

  test.each([{ firstWave: 0 }, { waveSize: 251 }, { inFlight: 26 }, { stopAfter: 1.1 }, { inFlight: 1.5 }])(
    'is never %j: a child workflow holds 250, and 25 are under way',
    (input) => {
      expect(Input.safeParse(input).success).toBe(false);
    },
  );
});
