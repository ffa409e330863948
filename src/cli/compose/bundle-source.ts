import { resolve } from 'node:path';
import type { BundleContent, FolderContent } from '../../authority/bundle/bundle-content.ts';
import type { BundleSource } from '../../authority/bundle/bundle-keeper.ts';
import { readFolder } from '../../authority/bundle/read-folder.ts';
import { APPROVERS } from '../../authority/bundle/simple-bundle.ts';
import { shippedFiles } from '../../authority/policy/shipped-sets.ts';
import { directoryOf } from '../../domain/directory.ts';
import type { Manifest } from '../../domain/manifest.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import { reasonOf } from '../../platform/problem.ts';
import { gitCommit } from './git-commit.ts';
import { routeTable } from './route-table.ts';

interface Place {
  readonly configuration: Configuration;
  readonly manifest: Manifest;
  readonly observeOnly: boolean;
  readonly solo: boolean;
  /** Identities; the group `approvers` where there is no policy folder. */
  readonly approvers: readonly string[];
}

/** The default set of a place that has no policy folder. */
const shipped = ({ solo, approvers }: Place): FolderContent => ({
  name: solo ? 'solo' : 'team',
  policies: shippedFiles(solo ? 'solo' : 'one-group'),
  tests: {},
  directory: directoryOf(APPROVERS, approvers),
  caps: [],
  targets: [],
});

/** Routes as the bundle has them: without the lines they stand on, which mean nothing. */
function routesOf(place: Place, problems: string[]): BundleContent['routes'] {
  try {
    return routeTable(place).routes.map(({ match, runbook, mode, input }) => ({ match, runbook, mode, input }));
  } catch (error) {
    const text = error instanceof Error ? error.message : reasonOf(error);
    problems.push(...text.split('\n'));
    return [];
  }
}

/** What this place's bundle consists of right now: the policy folder or a default set, the route file, the build. */
export function bundleSource(place: Place): BundleSource {
  const { manifest } = place;
  const { BELAY_POLICY: folder } = place.configuration;
  const tools = manifest.tools.map(({ name, risk, reversible }) => ({ name, risk, reversible }));
  return async () => {
    const problems: string[] = [];
    const routes = routesOf(place, problems);
    const from = folder === undefined ? `the default set ${place.solo ? 'solo' : 'team'}` : resolve(folder);
    const commit = folder === undefined ? null : await gitCommit(folder);
    const read = folder === undefined ? { content: shipped(place) } : readFolder(folder);
    if ('problems' in read) return { from, commit, read: { problems: [...read.problems, ...problems] } };
    if (problems.length > 0) return { from, commit, read: { problems } };
    return { from, commit, read: { content: { v: 1, ...read.content, routes, tools, manifest: manifest.hash } } };
  };
}
