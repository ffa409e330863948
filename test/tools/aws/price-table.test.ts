import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readPriceTable } from '../../../src/tools/aws/price-table.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-prices-'));
afterAll(() => rmSync(folder, { recursive: true }));
const tableOf = (content: unknown) => {
  const file = join(folder, 'prices.yaml');
  writeFileSync(file, typeof content === 'string' ? content : stringify(content));
  return readPriceTable(file);
};
const shipped = readPriceTable();
const volume = (type: string, sizeGib: number, iops: number | null = null, throughput: number | null = null) => ({
  type,
  sizeGib,
  iops,
  throughput,
});

// Worked out by hand from AWS's examples and price list.
test.each([
  ['us-east-1', volume('gp2', 100), '10'],
  ['us-east-1', volume('gp3', 2000, 3000, 125), '160'],
  // 2000 x 0.08 + 7000 x 0.005 + 375 x 0.04
  ['us-east-1', volume('gp3', 2000, 10_000, 500), '210'],
  // 500 x 0.125 + 10,000 x 0.065
  ['us-east-1', volume('io1', 500, 10_000), '712.5'],
  // 1000 x 0.125 + 32,000 x 0.065 + 32,000 x 0.0455 + 6,000 x 0.03185
  ['us-east-1', volume('io2', 1000, 70_000), '3852.1'],
  ['eu-central-1', volume('gp3', 1, 3000, 126), '0.1428'],
  ['eu-west-1', volume('sc1', 125), '2.1'],
])('in %s %o costs exactly %s a month', (region, one, amount) => {
  expect(shipped.volume(region, one)).toEqual({ amount, currency: 'USD', source: 'AWS list prices, EBS, 2026-08-26' });
});

test('what the table does not have has no price', () => {
  expect(shipped.volume('mars-north-1', volume('gp3', 1))).toBeNull();
  expect(shipped.volume('us-east-1', volume('gp9', 1))).toBeNull();
  expect(shipped.volume('us-east-1', volume('toString', 1))).toBeNull();
  expect(shipped.snapshotAtMost('mars-north-1', 1)).toBeNull();
  expect(shipped.snapshotAtMost('eu-west-1', 100)?.amount).toBe('5');
});

test('every region of the shipped table prices the same types, but for magnetic ones', () => {
  for (const region of [
    'us-east-1',
    'us-west-1',
    'eu-west-1',
    'eu-central-1',
    'eu-north-1',
    'ap-northeast-1',
    'sa-east-1',
  ])
    for (const type of ['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1'])
      expect([region, type, shipped.volume(region, volume(type, 10, 100, 100))?.currency]).toEqual([
        region,
        type,
        'USD',
      ]);
});

test('a connection’s own table counts instead, in its own currency, and its source is named', () => {
  const own = tableOf({
    date: '2026-11-01',
    source: 'our contract',
    currency: 'EUR',
    regions: { 'eu-west-1': { snapshot: '0.03', volumes: { gp3: { gib: '0.07' } } } },
  });
  expect(own.volume('eu-west-1', volume('gp3', 10, 16_000))).toEqual({
    amount: '0.7',
    currency: 'EUR',
    source: 'our contract, 2026-11-01',
  });
  expect(own.volume('eu-west-1', volume('gp2', 10))).toBeNull();
});

test('all problems of a table come in one message, each by its field', () => {
  const broken = () =>
    tableOf({
      date: 'yesterday',
      source: '',
      currency: 'euro',
      regions: { 'eu-west-1': { volumes: { gp3: { gib: 0.07, iops: [{ above: -1, price: 'x' }] } } }, moon: {} },
      extra: 1,
    });
  expect(broken).toThrow(expect.objectContaining({ type: 'stop.invalid-input' }));
  for (const field of [
    'date:',
    'source:',
    'currency:',
    'regions.eu-west-1.volumes.gp3.gib:',
    '.iops.0.above:',
    '.iops.0.price:',
    'moon',
    'extra',
  ])
    expect(broken).toThrow(field);
});

test.each([
  ['a file that is not there', () => readPriceTable(join(folder, 'none.yaml')), 'none.yaml'],
  ['no YAML', () => tableOf('{ a: ['), 'cannot be read'],
])('%s is named', (_, broken, says) => {
  expect(broken).toThrow(says);
});
