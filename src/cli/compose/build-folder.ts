import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Digest, digestOf } from '../../domain/digest.ts';
import { Manifest } from '../../domain/manifest.ts';
import { CliError, codeOf, reasonOf } from '../../platform/problem.ts';
import { hashOfBundle, type WorkflowBundle } from '../../workers/bundle-workflows.ts';

const MANIFEST = 'manifest.json';
const BUNDLE = 'workflows.js';
const HASH = 'workflows.js.hash';

/** Writes what `belay build` made: what the server reads, and what the runbooks worker runs. */
export function writeBuild(folder: string, manifest: Manifest, bundle: WorkflowBundle): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, BUNDLE), bundle.bundle.code);
  writeFileSync(join(folder, HASH), `${bundle.hash}\n`);
  // Last: a build that was cut short has no manifest and is not taken for one.
  writeFileSync(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
}

function read(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (error) {
    throw new CliError(
      `BELAY_BUILD: ${join(folder, name)} cannot be read (${codeOf(error) ?? reasonOf(error)}); make it with: belay build --out ${folder}`,
      2,
      { cause: error },
    );
  }
}

/** The manifest of a build: data, no code. @throws CliError (exit 2) when it is not there or does not hold. */
export function readManifest(folder: string): Manifest {
  const text = read(folder, MANIFEST);
  try {
    const manifest = Manifest.parse(JSON.parse(text));
    const { hash, ...content } = manifest;
    if (digestOf(content) !== hash) throw new Error('its hash is not that of its content');
    return manifest;
  } catch (error) {
    throw new CliError(`BELAY_BUILD: ${join(folder, MANIFEST)} is not a manifest: ${reasonOf(error)}.`, 2, {
      cause: error,
    });
  }
}

/** The workflow bundle of a build, ready to run. @throws CliError (exit 2) when its code is not what was built. */
export function readBundle(folder: string): WorkflowBundle {
  const code = read(folder, BUNDLE);
  const hash = Digest.safeParse(read(folder, HASH).trim());
  if (!hash.success || hash.data !== hashOfBundle(code))
    throw new CliError(`BELAY_BUILD: ${join(folder, BUNDLE)} is not the code whose hash is beside it; build again.`, 2);
  return { bundle: { code }, hash: hash.data };
}

/**
 * Stands for the code of a build: two processes with the same one know the same tools and runbooks. Connections are not
 * in it; they belong to a place, not to code.
 */
export const buildOf = ({ tools, runbooks }: Manifest): Digest => digestOf({ tools, runbooks });

/** The manifest with the connections of this place. */
export function placed({ tools, runbooks }: Manifest, connections: Record<string, string[]>): Manifest {
  const content = { v: 1 as const, tools, runbooks, connections };
  return { ...content, hash: digestOf(content) };
}
