import { readFileSync } from 'node:fs';
import { CliError } from '../problem.ts';

/** One AES-256 key, and the name under which payloads say what they are encrypted with. */
export interface PayloadKey {
  readonly id: string;
  readonly secret: Buffer;
}

const LINE = /^([A-Za-z0-9._-]{1,40})\s+([A-Za-z0-9+/_-]{43}=?)$/;

/**
 * The keys of a key file: one a line, `<id> <32 bytes in base64>`, `#` for comments. The first encrypts, all decrypt, so
 * a key is changed in two steps: the new one below the old one everywhere, then above it everywhere.
 * @throws CliError (exit 2) that names the line and never shows it.
 */
export function parsePayloadKeys(text: string, path: string): readonly PayloadKey[] {
  const problem = (what: string): never => {
    throw new CliError(`BELAY_PAYLOAD_KEY_FILE: ${path} ${what}.`, 2);
  };
  const keys: PayloadKey[] = [];
  for (const [at, line] of text
    .split('\n')
    .map((each) => each.trim())
    .entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const [, id, secret] = LINE.exec(line) ?? [];
    if (id === undefined || secret === undefined)
      return problem(
        `line ${at + 1} is not "<id> <32 bytes in base64>", such as what \`openssl rand -base64 32\` gives`,
      );
    if (keys.some((key) => key.id === id)) return problem(`has the key id "${id}" twice`);
    keys.push({ id, secret: Buffer.from(secret, 'base64') });
  }
  return keys.length === 0 ? problem('has no key in it') : keys;
}

/** Reads a key file. @throws CliError (exit 2). */
export const readPayloadKeys = (path: string): readonly PayloadKey[] =>
  parsePayloadKeys(readFileSync(path, 'utf8'), path);
