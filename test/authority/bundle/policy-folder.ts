import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const POLICY = `@id("reads") permit (principal, action, resource) when { context.risk == "read" };
@id("writes") @gate("1 of sre") permit (principal, action, resource) when { context.risk != "read" };
@id("own") @gate("1 of sre") permit (principal, action in Action::"belay", resource);
`;
export const DIRECTORY = `v: 1
people:
  ann: { name: Ann, identities: ['local:ann'] }
  bob: { name: Bob, identities: ['local:bob', 'slack:T1/U2'] }
groups:
  sre: { members: [ann, bob] }
`;

/** A policy folder on disk, and what writes to it; `remove()` takes it away. */
export function policyFolder(files: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'belay-policy-'));
  const write = (more: Record<string, string | undefined>) => {
    for (const [name, text] of Object.entries(more)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      if (text === undefined) rmSync(path, { force: true });
      else writeFileSync(path, text);
    }
  };
  write({ 'rules.cedar': POLICY, 'directory.yaml': DIRECTORY, ...files });
  return { folder, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
