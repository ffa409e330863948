import type { Cap } from '../../domain/cap.ts';
import type { Digest } from '../../domain/digest.ts';
import type { Directory } from '../../domain/directory.ts';
import type { PolicySet } from '../policy/policy-set.ts';

/** What the authority judges by at one moment: policy, directory and caps, under one hash that each decision names. */
export interface ActiveBundle {
  readonly hash: Digest;
  readonly policy: PolicySet;
  readonly directory: Directory;
  readonly caps: readonly Cap[];
}
