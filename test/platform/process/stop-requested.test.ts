import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';

const MODULE = new URL('../../../src/platform/process/stop-requested.ts', import.meta.url).href;
const PROGRAM = `const { stopRequested } = await import(${JSON.stringify(MODULE)});
  const stop = stopRequested(() => { console.log('impatient'); process.exit(1); });
  console.log('up'); const hold = setInterval(() => {}, 1000);
  console.log('stop: ' + await stop.requested); setTimeout(() => { clearInterval(hold); stop.close(); }, 1500);`;

function start(): {
  child: ReturnType<typeof spawn>;
  text: () => string;
  up: Promise<unknown>;
  end: Promise<unknown[]>;
} {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let text = '';
  child.stdout?.on('data', (chunk) => (text += String(chunk)));
  return { child, text: () => text, up: once(child.stdout ?? child, 'data'), end: once(child, 'exit') };
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s asks to stop, and does not end the process by itself',
  async (signal) => {
    const { child, text, up, end } = start();
    await up;
    child.kill(signal);
    expect(await end).toEqual([0, null]);
    expect(text()).toBe(`up\nstop: ${signal}\n`);
  },
);

test('Ctrl-C that comes from the terminal and, however much later, from the launcher is one request', async () => {
  for (const late of [0, 800]) {
    const { child, up, end } = start();
    const told = once(child, 'message');
    await up;
    expect(await told).toContain('belay: stop by message');
    child.kill('SIGINT');
    child.kill('SIGINT');
    await sleep(late);
    child.send('SIGINT');
    expect(await end).toEqual([0, null]);
  }
});

test('a second one by the same way, later than one key press, is impatience', async () => {
  const twice = start();
  await twice.up;
  twice.child.kill('SIGINT');
  await sleep(800);
  twice.child.kill('SIGINT');
  expect(await twice.end).toEqual([1, null]);
  expect(twice.text()).toContain('impatient');
});

test('a launcher that is gone asks to stop', async () => {
  const { child, text, up, end } = start();
  await up;
  child.disconnect();
  expect(await end).toEqual([0, null]);
  expect(text()).toContain('the launcher is gone');
});
