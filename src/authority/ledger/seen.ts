import type { SequenceHead } from '../../domain/sequence.ts';

/** How far this process saw the sequence go, kept outside the database: what was seen cannot be unsaid there. */
export interface Seen {
  latest(): SequenceHead | undefined;
  see(head: SequenceHead): void;
  /** People said that the database as it is now is the one to go on with. */
  forget(): void;
}

/** Starts from what an earlier process left in its pin, if there is one. Only moves forward. */
export function seenFrom(start: SequenceHead | undefined): Seen {
  let latest = start;
  return {
    latest: () => latest,
    see: (head) => {
      if (head.number > (latest?.number ?? 0)) latest = head;
    },
    forget: () => {
      latest = undefined;
    },
  };
}
