import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createSecrets, NO_SECRETS } from '../../src/activities/secrets.ts';
import { withSecrets } from '../../src/activities/with-secrets.ts';
import { Failure } from '../../src/domain/failure.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ToolContext, ToolPreview, WriteTool } from '../../src/sdk/define-tool.ts';
import { defineTool } from '../../src/sdk/define-tool.ts';
import { z } from 'zod';

const VALUE = 'correct horse "battery" staple/ü';
const KEY = `-----BEGIN KEY-----\nabcdefghijklmnopqrstuvwxyz0123456789\n-----END KEY-----`;
const secrets = createSecrets(
  new Map([
    ['BELAY_SECRET_DB_PASSWORD', VALUE],
    ['BELAY_SECRET_TLS_KEY', KEY],
  ]),
);

describe('secret://name in arguments', () => {
  test.each<[string, JsonObject, JsonObject]>([
    ['alone', { password: 'secret://db-password' }, { password: VALUE }],
    ['spelled otherwise', { password: 'secret://db/password' }, { password: VALUE }],
    ['inside a text', { header: 'Bearer secret://db-password.' }, { header: `Bearer ${VALUE}.` }],
    ['deep within', { env: [{ value: ['secret://tls-key'] }] }, { env: [{ value: [KEY] }] }],
    ['in a key, which names a field', { 'secret://db-password': 1 }, { 'secret://db-password': 1 }],
    ['nowhere', { a: 'x', b: null, c: [1, true] }, { a: 'x', b: null, c: [1, true] }],
  ])('%s is its value for the tool, and the given arguments are left as they are', (_, args, handed) => {
    const before = structuredClone(args);
    expect(secrets.resolve(args)).toEqual(handed);
    expect(args).toEqual(before);
  });

  test('that this worker does not have is refused by name, with what to do', () => {
    expect(() => secrets.resolve({ password: 'secret://db-pass' })).toThrow(
      expect.objectContaining({
        type: 'stop.not-found',
        message:
          'This worker has no secret "db-pass"; give it one as BELAY_SECRET_DB_PASS or BELAY_SECRET_DB_PASS_FILE.',
      }),
    );
    expect(() => NO_SECRETS.resolve({ password: 'secret://db-password' })).toThrow('"db-password"');
    expect(() => secrets.resolve({ password: 'secret://' })).toThrow(/names no secret/);
    // Not what every object has by nature.
    expect(() => secrets.resolve({ password: 'secret://constructor' })).toThrow('"constructor"');
  });

  test('a value that itself looks like a reference is not looked up again', () => {
    const nested = createSecrets(
      new Map([
        ['BELAY_SECRET_A', 'secret://b-and-more'],
        ['BELAY_SECRET_B_AND_MORE', VALUE],
      ]),
    );
    expect(nested.resolve({ a: 'secret://a' })).toEqual({ a: 'secret://b-and-more' });
  });
});

describe('the value of a secret', () => {
  const forms: [string, string][] = [
    ['plain', VALUE],
    ['in JSON', JSON.stringify({ password: VALUE })],
    ['in an address', `https://h/?p=${encodeURIComponent(VALUE)}`],
    ['in base64', `data: ${Buffer.from(VALUE).toString('base64')}`],
    ['in base64 for addresses', Buffer.from(VALUE).toString('base64url')],
    ['one line of many', 'line: abcdefghijklmnopqrstuvwxyz0123456789!'],
  ];
  test.each(forms)('is taken out of a text and of what holds one (%s), though no pattern finds it', (_, text) => {
    for (const left of [secrets.hide(text), JSON.stringify(secrets.hideIn({ deep: [text], [text]: 1 }))]) {
      expect(left).toContain('[redacted: BELAY_SECRET_');
      for (const part of ['battery', 'abcdefghijklmnop', Buffer.from(VALUE).toString('base64url')])
        expect(left).not.toContain(part);
    }
  });

  test('is found wherever it stands, and hiding it twice changes nothing more', () => {
    const text = fc.string({ maxLength: 40 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const once = secrets.hide(`${before}${VALUE}${after}`);
        expect(once).not.toContain(VALUE);
        expect(secrets.hide(once)).toBe(once);
        expect(secrets.hide(before)).toBe(before);
      }),
    );
  });
});

/** A tool that says all it was handed, in every place it has. */
function talkative(kept: JsonObject = {}): WriteTool {
  const all = (args: unknown) => `I was handed ${JSON.stringify(args)}`;
  const outcome = (args: unknown) => ({ status: 'done' as const, summary: all(args), postState: { args: all(args) } });
  const preview = (args: unknown): ToolPreview => ({
    target: { system: 'safe', connection: 'default', key: 'safe:a', name: all(args), tags: { said: all(args) } },
    sentence: all(args),
    diff: all(args),
    blastRadius: { count: 1, unit: 'safes' },
    precondition: { revision: 1 },
    preState: null,
    undo: all(args),
    owner: null,
    command: all(args),
    ...kept,
  });
  return {
    name: 'safe.set',
    title: 'Set',
    description: 'Sets.',
    risk: 'write',
    reversible: 'yes',
    safeToRepeat: 'no',
    input: z.looseObject({}),
    timeout: '1s',
    preview: async (args) => preview(args),
    previewMany: async (many) => many.map(preview),
    observe: async (args) => ({ said: all(args) }),
    execute: async (args) => outcome(args),
    reconcile: async (args) => ({ status: 'done', outcome: outcome(args) }),
    undo: {
      stillOurs: async (args) => JSON.stringify(args).includes('battery'),
      execute: async (args) => outcome(args),
      reconcile: async (args) => ({ status: 'unknown', why: all(args) }),
    },
  };
}

describe('a tool that repeats what it was handed', () => {
  const args = { password: 'secret://db-password' };
  const context: ToolContext<unknown> = {
    client: null,
    connection: 'default',
    signal: new AbortController().signal,
    now: () => new Date(),
  };
  const execution = { actionId: 'r-1/1', idempotencyKey: 'k', precondition: {}, preState: null, postState: null };
  const wrapped = (tool: WriteTool) => {
    const given = withSecrets(tool, secrets);
    if (given.risk === 'read') throw new Error('it writes');
    return given;
  };

  test('is handed the value in each of its functions, and nothing it says carries it out', async () => {
    const tool = wrapped(talkative());
    const said = [
      await tool.preview(args, context),
      await tool.previewMany?.([args, args], context),
      await tool.observe(args, execution, context),
      await tool.execute(args, execution, context),
      await tool.reconcile(args, execution, context),
      await tool.undo?.execute(args, execution, context),
      await tool.undo?.reconcile(args, execution, context),
    ];
    for (const one of said) {
      expect(JSON.stringify(one)).toContain('[redacted: BELAY_SECRET_DB_PASSWORD]');
      expect(JSON.stringify(one)).not.toContain('battery');
    }
    expect(await tool.undo?.stillOurs(args, execution, context)).toBe(true);
  });

  test.each([
    [
      'a failure',
      new Failure('retry.throttled', VALUE, { retryAfterMs: 5 }),
      { type: 'retry.throttled', retryAfterMs: 5 },
    ],
    ['an error', Object.assign(new TypeError(`no ${VALUE}`), { cause: new Error(VALUE) }), { name: 'TypeError' }],
    ['one that only its cause gives away', new Error('no', { cause: new Error(VALUE) }), { message: 'no' }],
    ['a text', `no ${VALUE}`, { message: 'no [redacted: BELAY_SECRET_DB_PASSWORD]' }],
  ])('throws it as %s: without it, and still what it was', async (_, thrown, like) => {
    const throwing = () => Promise.reject(thrown);
    const tool = wrapped({ ...talkative(), preview: throwing, previewMany: throwing, execute: throwing });
    for (const attempt of [
      tool.preview(args, context),
      tool.previewMany?.([args], context),
      tool.execute(args, execution, context),
    ]) {
      const error: unknown = await attempt?.then(String, (caught: unknown) => caught);
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject(like);
      if (error instanceof Error)
        expect(`${error.message}${error.stack}${String(error.cause)}`).not.toContain('battery');
    }
  });

  test('of many, what names a secret that is not there cannot be offered, and the others can', async () => {
    const seen = await wrapped(talkative()).previewMany?.([args, { password: 'secret://gone' }, {}], context);
    expect(seen).toMatchObject(
      [{ sentence: /redacted/ }, { problem: /no secret "gone"/ }, { sentence: /handed/ }].map((one) =>
        Object.fromEntries(Object.entries(one).map(([key, like]) => [key, expect.stringMatching(like)])),
      ),
    );
  });

  test.each(['precondition', 'preState'])(
    'into its %s, which is stored, is refused before anything happens',
    async (field) => {
      const tool = wrapped(talkative({ [field]: { password: VALUE } }));
      await expect(tool.preview(args, context)).rejects.toMatchObject({
        type: 'stop.unsupported',
        message: expect.stringContaining(field),
      });
    },
  );

  test('and only reads is handed none: nobody approves reads', async () => {
    const read = defineTool({
      name: 'safe.get',
      title: 'Get',
      description: 'Gets.',
      risk: 'read',
      input: z.looseObject({}),
      facts: z.json(),
      timeout: '1s',
      read: async () => ({ facts: { password: VALUE }, summary: VALUE }),
    });
    const given = withSecrets(read, secrets);
    if (given.risk !== 'read') throw new Error('it reads');
    await expect(given.read(args, context)).rejects.toMatchObject({
      type: 'stop.forbidden',
      message: expect.stringContaining('secret://db-password'),
    });
    expect(JSON.stringify(await given.read({}, context))).not.toContain('battery');
  });
});
