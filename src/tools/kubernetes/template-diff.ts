import { createTwoFilesPatch } from 'diff';
import { stringify } from 'yaml';
import { hideSecrets } from './hide-secrets.ts';
import { meaningOf } from './template.ts';
import type { PodTemplate } from './wire.ts';

/** A preview's limit; a diff that needs more is cut with a mark that says so. */
const MAX = 20_000;

/** One side of a diff. */
export interface Side {
  readonly label: string;
  readonly template: PodTemplate;
}

/** Unified diff of two pod templates as YAML, secrets hidden; empty when they mean the same. */
export function templateDiff(from: Side, to: Side): string {
  const before = yamlOf(hideSecrets(meaningOf(from.template), to));
  const after = yamlOf(hideSecrets(meaningOf(to.template), from));
  if (before === after) return '';
  const patch = createTwoFilesPatch(from.label, to.label, before, after, undefined, undefined, {
    context: 3,
    headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
  });
  return capped(patch);
}

const yamlOf = (template: PodTemplate): string => stringify(template, { sortMapEntries: true, lineWidth: 0 });

function capped(patch: string): string {
  if (patch.length <= MAX) return patch;
  const kept = patch.slice(0, patch.lastIndexOf('\n', MAX - 100));
  return `${kept}\n[… ${patch.length - kept.length} characters of the diff left out]\n`;
}
