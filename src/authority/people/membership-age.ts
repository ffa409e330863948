/** How old an outside answer about a group may be, in milliseconds. docs/people.md states them; a test holds the two together. */
export const MEMBERSHIP_AGE = {
  /** So old it counts without asking again: somebody taken off a list or a shift can act for at most this long. */
  fresh: 60_000,
  /** So old it counts while its source does not answer; beyond it, that membership does not count. */
  most: 10 * 60_000,
  /** So old a claim of an OpenID sign-in counts; the issuer is not asked again before the next one. */
  claim: 60 * 60_000,
} as const;

/** How long a click waits for a source. The person has had Slack's acknowledgement by then. Milliseconds. */
export const ASK_WITHIN = 3_000;

/** A source that just failed is left alone for so long: clicks answer at once, and it is not buried in questions. Milliseconds. */
export const LEFT_ALONE = 5_000;
