import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { creator as recommended } from '@secretlint/secretlint-rule-preset-recommend';
import type { Json, JsonObject } from '../../domain/json.ts';
import { PATTERNS } from '../../domain/secret-patterns.ts';

// On, it leaves some marks in the process for every text it has ever seen.
secretLintProfiler.setEnabled(false);

/** How an argument names a secret instead of holding it; the tools worker looks it up. */
const REFERENCE = /secret:\/\/[\w./-]{1,200}/g;

/** An argument of such a name holds a secret, whatever it looks like. */
const NAMES =
  /^(?:password|passwd|passphrase|pwd|secret|(?:client|shared)[_-]?secret|(?:access|auth|bearer|refresh)?[_-]?token|(?:api|access|private)[_-]?key|credentials?)$/i;

const MESSAGE =
  'looks like a secret. Arguments are shown to people and kept for good: store it with the tools worker and give secret://<name> here';

/** One text in the arguments, under its path: `env[0].value`. */
interface Leaf {
  readonly path: string;
  readonly key: string;
  readonly text: string;
}

function leavesOf(value: Json, path: string, key: string): Leaf[] {
  if (typeof value === 'string') return [{ path, key, text: value.replaceAll(REFERENCE, '') }];
  if (Array.isArray(value)) return value.flatMap((one, at) => leavesOf(one, `${path}[${at}]`, key));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => leavesOf(one, path === '' ? name : `${path}.${name}`, name));
}

/** Which of the texts the scanner's rules find something in. One scan for all: starting one takes longer than it runs. */
async function scanned(leaves: readonly Leaf[]): Promise<Set<Leaf>> {
  let content = '';
  const ends = leaves.map(({ text }) => {
    // A comment in the text can switch the scanner off.
    content += `${text.replaceAll(/secretlint/gi, 'sekretlint')}\n\n`;
    return content.length;
  });
  const { messages } = await lintSource({
    source: { filePath: 'arguments', content, contentType: 'text', ext: '' },
    options: {
      noPhysicFilePath: true,
      config: { rules: [{ id: recommended.meta.id, rule: recommended, rules: [] }] },
    },
  });
  return new Set(messages.flatMap(({ range }) => leaves[ends.findIndex((end) => range[0] < end)] ?? []));
}

/**
 * The arguments that look like a secret, by field, in words that never repeat it; by the same rules as tool output is
 * redacted with, and by what an argument is called. `secret://name` is none. Digests, cards, the ledger and prompts hold
 * arguments as they are, so a secret must not get that far.
 */
export async function secretArguments(args: JsonObject): Promise<{ field: string; message: string }[]> {
  const leaves = leavesOf(args, '', '').filter(({ text }) => text.trim() !== '');
  if (leaves.length === 0) return [];
  const found = await scanned(leaves);
  return leaves.flatMap((leaf) =>
    found.has(leaf) || NAMES.test(leaf.key) || PATTERNS.some(({ pattern }) => leaf.text.search(pattern) >= 0)
      ? [{ field: leaf.path, message: MESSAGE }]
      : [],
  );
}
