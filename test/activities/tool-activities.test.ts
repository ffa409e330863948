import { describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { z } from 'zod';
import { createConnections } from '../../src/activities/connections.ts';
import { parseArgs } from '../../src/activities/parse-args.ts';
import { createToolActivities } from '../../src/activities/tool-activities.ts';
import type { ReadToolRequest } from '../../src/activities/wire.ts';
import { newPrivateKeyPem, signingKeyFrom } from '../../src/authority/keys/signing-key.ts';
import { signedPermit } from '../../src/domain/permit.ts';
import type { Json } from '../../src/domain/json.ts';
import { defineSystem } from '../../src/sdk/define-system.ts';
import { defineTool } from '../../src/sdk/define-tool.ts';
import { buildRegistry } from '../../src/tools/registry.ts';
import { fakeAuthority } from '../authority/fake-authority.ts';

const SILENT = new DefaultLogger('ERROR', () => undefined);
const key = signingKeyFrom(newPrivateKeyPem());
const input = z.strictObject({ name: z.string().min(2), deep: z.strictObject({ n: z.int() }).optional() });

/** One system whose read does what the test says. */
function withRead(read: (signal: AbortSignal) => Promise<{ facts: Json; summary: string; content?: string }>) {
  const system = defineSystem({
    name: 'box',
    settings: z.strictObject({ url: z.url() }),
    connect: ({ url }) => url,
    tools: [
      defineTool({
        name: 'box.look',
        title: 'Look',
        description: 'Looks.',
        risk: 'read',
        input,
        facts: z.json(),
        timeout: '1s',
        read: (_args, { signal }) => read(signal),
      }),
    ],
  });
  const registry = buildRegistry([system]);
  const { authority, asked } = fakeAuthority({
    putBlob: ({ content, mediaType, summary }: { content: string; mediaType: string; summary: string }) => ({
      id: `blob:${'0'.repeat(64)}`,
      bytes: content.length,
      mediaType,
      summary,
    }),
  });
  const connections = createConnections(registry, { box: { default: { url: 'http://box' }, bad: { url: 'S3CRET' } } });
  const activities = createToolActivities({
    authority,
    connections,
    publicKeyPem: key.publicKeyPem,
    now: () => new Date(),
  });
  const permit = {
    v: 1 as const,
    run: 'r-00000000',
    execution: 'e',
    runbook: 'a/b',
    tools: ['box.look', 'box.gone'],
    connections: ['box.default', 'box.bad', 'box.gone'],
    expiresAt: '2999-01-01T00:00:00.000Z',
  };
  const run = async (over: object = {}): Promise<unknown> =>
    await new MockActivityEnvironment(undefined, { logger: SILENT })
      .run((request: ReadToolRequest) => activities.readTool(request), {
        permit: { permit, keyId: key.keyId, signature: key.sign(signedPermit(permit)) },
        tool: 'box.look',
        connection: 'default',
        args: { name: 'ab' },
        wantFacts: true,
        ...over,
      })
      .catch((error: unknown) => error);
  return {
    run,
    stored: () => asked.filter(({ call }) => call === 'putBlob').map(({ request }) => JSON.stringify(request)),
  };
}

describe('reading with a tool', () => {
  test('facts over their cap are refused by name, and nothing is stored', async () => {
    const { run, stored } = withRead(async () => ({ facts: { text: 'x'.repeat(20_000) }, summary: '' }));
    expect(await run()).toMatchObject({
      type: 'stop.unsupported',
      message: expect.stringMatching(/box\.look gave 20011 bytes of facts; at most 16384 fit/),
    });
    expect(stored()).toEqual([]);
  });

  test('content and summary are cut and redacted; facts are left out where nobody wants them', async () => {
    const { run, stored } = withRead(async () => ({
      facts: { n: 1 },
      summary: `password=hunter2 ${'s'.repeat(1000)}`,
      content: `password=hunter2 ${'c'.repeat(400_000)}`,
    }));
    expect(await run({ wantFacts: false })).toMatchObject({ facts: null });
    expect(stored().join('')).not.toContain('hunter2');
    expect(stored().join('').length).toBeLessThan(263_000);
  });

  test('a problem with the arguments names the field', async () => {
    const { run } = withRead(async () => ({ facts: null, summary: '' }));
    expect(await run({ args: { name: 'a', deep: { n: 1.5 }, more: 1 } })).toMatchObject({
      type: 'stop.invalid-input',
      message: expect.stringMatching(/^box\.look: name: .*; deep\.n: .*; arguments: .*"more"/),
    });
    expect(() => parseArgs({ name: 'box.look', input }, {})).toThrow('box.look: name:');
  });

  test.each([
    [{ tool: 'box.gone' }, 'stop.not-found', 'no tool box.gone'],
    [{ connection: 'gone' }, 'stop.not-found', 'no connection "gone" for box.look'],
    [{ connection: 'bad' }, 'stop.invalid-input', 'connection "bad" of box cannot be used: url'],
    [{ tool: 'box.other' }, 'stop.forbidden', 'does not name the tool'],
  ])('%j is a clear failure', async (over, type, message) => {
    const { run } = withRead(async () => ({ facts: null, summary: '' }));
    const failure = await run(over);
    expect(failure).toMatchObject({ type, message: expect.stringContaining(message) });
    expect(String(failure)).not.toContain('S3CRET');
  });

  test('a tool that hangs is told to stop when its time is over', async () => {
    const { run } = withRead(
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('told to stop')))),
    );
    expect(await run()).toMatchObject({ message: 'told to stop' });
  });

  test('a client is made once per connection', () => {
    let made = 0;
    const system = defineSystem({
      name: 'box',
      settings: z.strictObject({}),
      connect: () => (made += 1),
      tools: [
        defineTool({
          name: 'box.look',
          title: 'Look',
          description: 'Looks.',
          risk: 'read',
          input,
          facts: z.json(),
          timeout: '1s',
          read: async () => ({ facts: null, summary: '' }),
        }),
      ],
    });
    const connections = createConnections(buildRegistry([system]), { box: { a: {}, b: {} } });
    expect(connections.queues).toEqual(['tools.box.a', 'tools.box.b']);
    expect(made).toBe(0);
    for (const name of ['a', 'a', 'b', 'a']) connections.find('box.look', name);
    expect(made).toBe(2);
    expect(() => connections.find('box.look', 'constructor')).toThrow('no connection "constructor"');
  });
});
