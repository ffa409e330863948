#!/usr/bin/env node
// The machine's own Node may be older than the code needs, so the CLI always runs on the `node` package that npm ci installed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const node =
  [at('../node_modules/node/bin/node'), at('../node_modules/node/bin/node.exe')].find(existsSync) ?? process.execPath;
const entry = [at('../src/cli/main.ts'), at('../dist/src/cli/main.js')].find(existsSync);
if (!entry) {
  console.error('belay: neither src/cli/main.ts nor dist/src/cli/main.js is here; reinstall, or run "npm run build".');
  process.exit(2);
}
const child = spawn(node, ['--disable-warning=ExperimentalWarning', entry, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
