import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { argumentForm, problemsByField, readArgument, readArguments } from '../../src/domain/argument-form.ts';
import type { JsonObject } from '../../src/domain/json.ts';

const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'of the deployment' },
    replicas: { type: 'integer' },
    share: { type: 'number' },
    force: { type: 'boolean' },
    mode: { enum: ['safe', 'fast'] },
    hosts: { type: 'array', items: { type: 'string' } },
    labels: { type: 'object' },
    owner: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    zones: { type: 'array', items: { enum: ['a', 'b'] } },
  },
  required: ['name', 'replicas'],
};
const kinds = (present: JsonObject): Record<string, string> =>
  Object.fromEntries(argumentForm(SCHEMA, present).map(({ name, kind }) => [name, kind]));

describe('the form of a tool', () => {
  test('has a control for each argument, by its schema', () => {
    expect(kinds({})).toEqual({
      name: 'text',
      replicas: 'integer',
      share: 'number',
      force: 'boolean',
      mode: 'choice',
      hosts: 'texts',
      labels: 'json',
      owner: 'json',
      zones: 'json',
    });
  });

  test('is filled in with what the arguments are, and says what must be given', () => {
    const fields = argumentForm(SCHEMA, { name: 'checkout', replicas: 3, force: false, hosts: ['a', 'b'] });
    expect(fields.filter(({ text }) => text !== '').map(({ name, text }) => [name, text])).toEqual([
      ['name', 'checkout'],
      ['replicas', '3'],
      ['force', 'false'],
      ['hosts', 'a\nb'],
    ]);
    expect(fields.filter(({ required }) => required).map(({ name }) => name)).toEqual(['name', 'replicas']);
    expect(fields[0]?.hint).toBe('of the deployment');
  });

  test('edits as JSON what its control could not hold without changing it', () => {
    expect(kinds({ hosts: ['a\nb'] })['hosts']).toBe('json');
    expect(kinds({ hosts: [''] })['hosts']).toBe('json');
    expect(kinds({ name: 7 })['name']).toBe('json');
  });

  test('of a schema without properties is empty', () => {
    expect(argumentForm({ type: 'object' }, { a: 1 })).toEqual([]);
  });
});

describe('what is typed', () => {
  const optional = { required: false, choices: [] };
  test.each([
    ['integer', '3', { value: 3 }],
    ['integer', '3.5', { problem: 'is no whole number' }],
    ['integer', 'three', { problem: 'is no number' }],
    ['integer', '0x10', { problem: 'is no number' }],
    ['integer', '1e400', { problem: 'is no number' }],
    ['number', ' .5 ', { value: 0.5 }],
    ['number', '', {}],
    ['text', '', {}],
    ['text', ' a ', { value: ' a ' }],
    ['boolean', 'yes', { problem: 'is true or false' }],
    ['texts', ' a \n\n b', { value: ['a', 'b'] }],
    ['json', '{"a":[1]}', { value: { a: [1] } }],
    ['json', 'null', { value: null }],
    ['json', 'checkout', { problem: 'is not JSON; a text stands in "quotes"' }],
  ] as const)('%s %j is %j', (kind, text, read) => {
    expect(readArgument({ ...optional, kind }, text)).toEqual(read);
  });

  test('an empty text that must be given is an empty text; a choice is one of those offered', () => {
    expect(readArgument({ kind: 'text', required: true, choices: [] }, '')).toEqual({ value: '' });
    const mode = { kind: 'choice' as const, required: true, choices: ['safe', 'fast'] };
    expect(readArgument(mode, 'fast')).toEqual({ value: 'fast' });
    expect(readArgument(mode, 'both')).toEqual({ problem: 'is one of safe, fast' });
  });

  test('an unchanged form gives exactly the arguments it was made from', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((one) => one !== '');
    const anything = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)));
    const args = fc.record(
      {
        name: text,
        replicas: fc.integer(),
        share: fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0),
        force: fc.boolean(),
        mode: fc.constantFrom('safe', 'fast'),
        hosts: fc.array(fc.string()),
        labels: anything,
        extra: anything,
      },
      { requiredKeys: ['name', 'replicas'] },
    );
    fc.assert(
      fc.property(args, (given) => {
        const present = JSON.parse(JSON.stringify(given));
        const fields = argumentForm(SCHEMA, present);
        const filled = new Map(fields.map((field) => [field.name, field.text]));
        expect(readArguments(fields, present, filled)).toEqual({ args: present });
      }),
    );
  });

  test('problems are named by their field, and nothing is read', () => {
    const fields = argumentForm(SCHEMA, {});
    const filled = new Map([
      ['name', 'x'],
      ['replicas', 'many'],
      ['labels', '{'],
    ]);
    expect(readArguments(fields, {}, filled)).toEqual({
      problems: { replicas: 'is no number', labels: 'is not JSON; a text stands in "quotes"' },
    });
  });
});

test('what the authority refuses is put to the fields it names', () => {
  expect(problemsByField('args.replicas must be >= 1; args.labels.app is required; no such tool any more.')).toEqual({
    replicas: 'must be >= 1',
    labels: 'is required',
    '': 'no such tool any more.',
  });
});
