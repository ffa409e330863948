import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOOKS_GRANTS, SERVER_GRANTS } from '../../../src/platform/database/grants.ts';

const SRC = join(import.meta.dirname, '../../../src');
const grants: Readonly<Record<string, readonly string[]>> = SERVER_GRANTS;

/** The sources that speak to the database, as one text each. */
const sources = ['authority', 'intake', 'cli', 'api'].flatMap((layer) =>
  readdirSync(join(SRC, layer), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(SRC, layer, name), 'utf8')),
);

/** Tables by what is done to them. Locking a row needs the right to change one. */
const STATEMENTS = [
  ['insert', /\.insertInto\('(\w+)(?: as \w+)?'\)/g],
  ['update', /\.updateTable\('(\w+)(?: as \w+)?'\)/g],
  ['delete', /\.deleteFrom\('(\w+)(?: as \w+)?'\)/g],
  ['select', /\.(?:selectFrom|innerJoin|leftJoin)\('(\w+)(?: as \w+)?'/g],
  ['update', /\.selectFrom\('(\w+)(?: as \w+)?'\)(?:(?!selectFrom|;)[^])*?\.for(?:Update|Share)\(/g],
] as const;

test.each(STATEMENTS)('the server’s role may %s where the code does: %s', (privilege, pattern) => {
  const tables = new Set(sources.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1] ?? '')));
  expect(tables.size).toBeGreaterThan(0);
  // `update (lifted_at)` is the right to change that column alone, and enough to lock a row.
  const lacking = [...tables].filter((table) => !grants[table]?.some((given) => given.split(' ')[0] === privilege));
  expect(lacking).toEqual([]);
});

test('what was recorded can be changed or removed by neither role', () => {
  for (const table of ['ledger', 'decisions'] as const) expect(SERVER_GRANTS[table]).toEqual(['select', 'insert']);
  expect(HOOKS_GRANTS.ledger).toEqual(['select', 'insert']);
  for (const table of ['gates', 'decisions', 'intents', 'blobs', 'turns', 'actions'])
    expect(Object.keys(HOOKS_GRANTS)).not.toContain(table);
  for (const [table, privileges] of Object.entries(HOOKS_GRANTS))
    for (const privilege of privileges)
      expect({ table, may: grants[table] }).toEqual({ table, may: expect.arrayContaining([privilege.split(' ')[0]]) });
});
