import { digestOf } from '../../domain/digest.ts';
import { directoryOf } from '../../domain/directory.ts';
import { loadPolicies } from '../policy/load-policies.ts';
import { shippedFiles } from '../policy/shipped-sets.ts';
import type { ActiveBundle } from './active-bundle.ts';

/** The only group of a place that has no policy folder. */
export const APPROVERS = 'approvers';

/** The bundle of a place that has no policy folder: a default set, and one group of approvers by their identities. */
export function simpleBundle({ approvers, solo }: { approvers: readonly string[]; solo: boolean }): ActiveBundle {
  const directory = directoryOf(APPROVERS, approvers);
  const files = shippedFiles(solo ? 'solo' : 'one-group');
  const loaded = loadPolicies({ name: solo ? 'solo' : 'team', files, directory });
  if ('problems' in loaded) throw new Error(`the default policy does not load: ${loaded.problems.join('; ')}`);
  return { hash: digestOf({ v: 1, files, directory }), policy: loaded.policy, directory, caps: [] };
}
