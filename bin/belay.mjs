#!/usr/bin/env node
// The machine's own Node may be older than the code needs, so the CLI always runs on the `node` package that npm ci installed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const node =
  [
    at('../node_modules/node/bin/node'),
    at('../node_modules/node/bin/node.exe'),
    // Installed as a package beside others, where npm puts dependencies next to it.
    at('../../../node/bin/node'),
    at('../../../node/bin/node.exe'),
  ].find(existsSync) ?? process.execPath;
const entry = [at('../src/cli/main.ts'), at('../dist/src/cli/main.js')].find(existsSync);
if (!entry) {
  console.error('belay: neither src/cli/main.ts nor dist/src/cli/main.js is here; reinstall, or run "npm run build".');
  process.exit(2);
}
// When this launcher is killed the channel closes, and Belay stops instead of running on unseen. Over it signals are passed on
// to a command that asks for that (src/platform/process/stop-requested.ts): a terminal sends Ctrl-C to both of them.
const child = spawn(node, ['--disable-warning=ExperimentalWarning', entry, ...process.argv.slice(2)], {
  // What is compiled once need not be again: a quarter less to wait for `belay up`, half for a short command.
  env: { NODE_COMPILE_CACHE: at('../node_modules/.cache/belay'), ...process.env },
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});
let byMessage = false;
child.on('message', (message) => (byMessage = message === 'belay: stop by message'));
const pass = (signal) => (byMessage && child.connected ? child.send(signal, () => undefined) : child.kill(signal));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass);
child.on('error', (error) => {
  console.error(`belay: ${node} does not start (${error.message}); run "npm ci" again.`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
