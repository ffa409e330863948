import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { APPROVE_SCRIPT } from './approve-script.ts';

const require = createRequire(import.meta.url);

/** `/passkey.js`: the library that speaks to authenticators, as its makers bundle it for browsers, and our script. */
export function passkeyScript(): string {
  const library = dirname(require.resolve('@simplewebauthn/browser'));
  return `${readFileSync(join(library, '../dist/bundle/index.umd.min.js'), 'utf8')}\n${APPROVE_SCRIPT}`;
}
