import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { creator as recommended } from '@secretlint/secretlint-rule-preset-recommend';
import { PATTERNS } from '../../domain/secret-patterns.ts';
import { sanitize } from './sanitize.ts';

// On, it leaves some marks in the process for every text it has ever seen: memory that a worker never gets back.
secretLintProfiler.setEnabled(false);

/** More is cut before it is looked at; what was not looked at is never let through. */
const MAX_BYTES = 512 * 1024;

/** Text without secrets, and how many there were. */
export interface Redacted {
  readonly text: string;
  readonly found: number;
}

/**
 * Replaces secrets by `[redacted: <rule>]`: what secretlint's recommended rules know (tokens of AWS, GitHub, Slack, OpenAI
 * and many others), and what logs hold besides: authorization headers, cookies, assigned passwords, credentials in
 * addresses, private keys. Text over 512 KiB is cut, with a mark. Redacting twice changes nothing more.
 */
export async function redact(text: string): Promise<Redacted> {
  const known = await byScanner(Buffer.byteLength(text) > MAX_BYTES ? sanitize(text, MAX_BYTES) : text);
  let found = known.found;
  let clean = known.text;
  for (const { rule, pattern } of PATTERNS)
    clean = clean.replaceAll(pattern, (...match: unknown[]) => {
      found += 1;
      return `${keptOf(match.at(-1))}[redacted: ${rule}]`;
    });
  return { text: clean, found };
}

/** The last argument of a replacer is the named groups, where the pattern has any. */
function keptOf(groups: unknown): string {
  return typeof groups === 'object' && groups !== null && 'keep' in groups ? String(groups.keep) : '';
}

async function byScanner(text: string): Promise<Redacted> {
  // A comment in the text can switch the scanner off. Positions are kept, and only the scanner sees this copy.
  const content = text.replaceAll(/secretlint/gi, 'sekretlint');
  const { messages } = await lintSource({
    source: { filePath: 'text', content, contentType: 'text', ext: '' },
    options: {
      noPhysicFilePath: true,
      config: { rules: [{ id: recommended.meta.id, rule: recommended, rules: [] }] },
    },
  });
  let clean = '';
  let end = 0;
  let found = 0;
  for (const { range, ruleId } of messages.sort((a, b) => a.range[0] - b.range[0])) {
    const [from, to] = range;
    // Two rules may find the same secret, or one inside the other's.
    if (from >= end) {
      clean += `${text.slice(end, from)}[redacted: ${ruleId.slice(ruleId.lastIndexOf('/') + 1).replace('secretlint-rule-', '')}]`;
      found += 1;
    }
    end = Math.max(end, to);
  }
  return { text: clean + text.slice(end), found };
}
