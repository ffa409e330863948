import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Compiles src to dist, carries over the files that are not code and the policy sets, and runs the result once. */
const root = join(import.meta.dirname, '..');
const at = (...parts: string[]): string => join(root, ...parts);

rmSync(at('dist'), { recursive: true, force: true });
const compiled = spawnSync(process.execPath, [at('node_modules/typescript/bin/tsc'), '-p', at('tsconfig.build.json')], {
  stdio: 'inherit',
  cwd: root,
});
if (compiled.status !== 0) {
  console.error('The build failed: see the errors above.');
  process.exit(1);
}

const CODE = /\.(ts|tsx)$/;
for (const entry of readdirSync(at('src'), { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || CODE.test(entry.name)) continue;
  const from = join(entry.parentPath, entry.name);
  cpSync(from, from.replace(at('src'), at('dist', 'src')));
}

cpSync(at('policies'), at('dist/policies'), { recursive: true });

const help = execFileSync(process.execPath, [at('dist/src/cli/main.js'), '--help'], { encoding: 'utf8', cwd: root });
if (!help.includes('Usage: belay')) throw new Error('The built CLI does not print its help.');
console.log('Built dist; `node dist/src/cli/main.js --help` runs.');
