import { digestOf } from '../../domain/digest.ts';
import { directoryOf } from '../../domain/directory.ts';
import { firstPolicy } from '../policy/first-policy.ts';
import type { ActiveBundle } from './active-bundle.ts';

/** The bundle of a place that has no policy folder: the default set, and one group of approvers by their identities. */
export function simpleBundle({ approvers, solo }: { approvers: readonly string[]; solo: boolean }): ActiveBundle {
  const directory = directoryOf('approvers', approvers);
  const policy = firstPolicy({ solo });
  return { hash: digestOf({ v: 1, policy: policy.name, directory }), policy, directory, caps: [] };
}
