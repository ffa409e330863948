import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { bindable, freePort } from '../../../src/platform/data/free-port.ts';

test('a free port is none that a system gives to outgoing connections, and stays free until it is used', async () => {
  const port = await freePort();
  expect(port).toBeGreaterThan(1023);
  expect(port).toBeLessThan(32_768);
  expect(await bindable(port)).toBe(true);
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  expect(await bindable(port)).toBe(false);
  server.close();
});
