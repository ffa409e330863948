import { z } from 'zod';

/** That somebody was in a group, as one source said at one time. */
export const Membership = z.object({
  group: z.string(),
  /** `directory`, or what narrowed it: `directory+slack-usergroup:S012`. */
  source: z.string(),
  /** When the source was read; never older than its maximum age when it counted. */
  at: z.iso.datetime(),
});
export type Membership = z.infer<typeof Membership>;

/** Who somebody is to policy at the moment they decide; signed with their decision. */
export const Standing = z.object({
  /** Their name in the directory: two identities of one person are one. */
  person: z.string(),
  memberships: z.array(Membership),
});
export type Standing = z.infer<typeof Standing>;

/** How sure Belay is that it was them: the door's word, or their own passkey over the hash of the decision. */
export const Strength = z.enum(['door', 'step-up']);
export type Strength = z.infer<typeof Strength>;
