/** Writes docs/runbooks from the runbooks' own definitions: `node scripts/runbook-docs.ts`. A test holds them to be current. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../src/domain/digest.ts';
import { systems } from '../src/tools/catalog.ts';
import { buildRegistry } from '../src/tools/registry.ts';
import { buildManifest } from '../src/workers/build-manifest.ts';
import { runbooks } from '../src/workflows/runbooks.ts';
import { runbookPage } from './runbook-page.ts';

const folder = join(import.meta.dirname, '../docs/runbooks');
const manifest = buildManifest(buildRegistry(systems), runbooks, {}, digestOf('docs'));
mkdirSync(folder, { recursive: true });
for (const entry of manifest.runbooks)
  writeFileSync(join(folder, `${entry.name.replace('/', '-')}.md`), runbookPage(entry, manifest));
