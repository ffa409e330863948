import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { rememberedPort } from '../../../src/platform/data/remembered-port.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'belay-port-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('a port is the same next time', async () => {
  const port = await rememberedPort(folder, 'x');
  expect(await rememberedPort(folder, 'x')).toBe(port);
});

test('a remembered port that another took is replaced, and the new one remembered', async () => {
  const port = await rememberedPort(folder, 'x');
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const other = await rememberedPort(folder, 'x');
  server.close();
  expect(other).not.toBe(port);
  expect(await rememberedPort(folder, 'x')).toBe(other);
});

test.each(['', 'abc', '-1', '70000', '1.5'])('a file with %j in it is no obstacle', async (content) => {
  writeFileSync(join(folder, 'x.port'), content);
  expect(await rememberedPort(folder, 'x')).toBeGreaterThan(0);
});
