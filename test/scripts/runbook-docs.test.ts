import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { digestOf } from '../../src/domain/digest.ts';
import { systems } from '../../src/tools/catalog.ts';
import { buildRegistry } from '../../src/tools/registry.ts';
import { buildManifest } from '../../src/workers/build-manifest.ts';
import { runbooks } from '../../src/workflows/runbooks.ts';
import { runbookPage } from '../../scripts/runbook-page.ts';

const folder = join(import.meta.dirname, '../../docs/runbooks');
const manifest = buildManifest(buildRegistry(systems), runbooks, {}, digestOf('docs'));
const pages = manifest.runbooks.map((entry) => ({ entry, file: `${entry.name.replace('/', '-')}.md` }));

test.each(pages)(
  'the page of $entry.name is what its definition says (node scripts/runbook-docs.ts)',
  ({ entry, file }) => {
    expect(readFileSync(join(folder, file), 'utf8')).toBe(runbookPage(entry, manifest));
  },
);

test('every page is of a runbook', () => {
  expect(readdirSync(folder).toSorted()).toEqual(pages.map(({ file }) => file).toSorted());
});

test('a page names each input with what it is, and each tool; a change first', () => {
  for (const { entry } of pages) {
    const page = runbookPage(entry, manifest);
    for (const tool of entry.tools) expect(page).toContain(`| \`${tool}\` |`);
    for (const field of Object.keys(entry.inputSchema['properties'] ?? {})) expect(page).toContain(`| \`${field}\` |`);
    expect(page.indexOf('destructive')).toBeLessThanOrEqual(page.indexOf('| read |'));
  }
});
