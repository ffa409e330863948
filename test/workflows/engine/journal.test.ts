import { describe, expect, test } from '@jest/globals';
import type { BlobRef } from '../../../src/domain/blob.ts';
import { Journal } from '../../../src/workflows/engine/journal.ts';

const counters = (sequence = 0) => ({ sequence, gates: 0, turns: 0, previews: 0, halts: 0, leftOut: 0 });
const stateOf = () => ({ evidence: new Map<string, BlobRef>(), counters: counters() });
const blob = (id: string): BlobRef => ({ id, bytes: 1, mediaType: 'text/plain', summary: id });

/** A journal as the next execution gets it: through JSON. */
const next = (journal: Journal): Journal => new Journal(JSON.parse(JSON.stringify(journal.carried())));

describe('what a run takes along', () => {
  test('a step that was finished gives what it gave, does nothing, and puts the numbers and evidence where they stood', async () => {
    const first = stateOf();
    const journal = new Journal();
    const work = async () => {
      first.counters.sequence += 3;
      first.evidence.set('a', blob('a'));
      return { answer: 42 };
    };
    expect(await journal.once(first, 'read', work)).toEqual({ answer: 42 });
    const later = stateOf();
    const again = next(journal);
    expect(again.continued).toBe(true);
    const undone = async () => Promise.reject(new Error('it was done again'));
    expect(await again.once(later, 'read', undone)).toEqual({ answer: 42 });
    expect(later.counters).toEqual(counters(3));
    expect([...later.evidence.keys()]).toEqual(['a']);
  });

  test('the same name twice is two steps, in the order of the code; a new one is done', async () => {
    const journal = new Journal();
    const state = stateOf();
    for (const n of [1, 2]) expect(await journal.once(state, 'look', async () => n)).toBe(n);
    const again = next(journal);
    const seen = [];
    for (const n of [7, 8, 9]) seen.push(await again.once(stateOf(), 'look', async () => n));
    expect(seen).toEqual([1, 2, 9]);
  });

  test('steps within one that is finished count as asked for: the next of their name is a new one', async () => {
    const journal = new Journal();
    const state = stateOf();
    await journal.onceAround(state, 'act', async () => await journal.once(state, 'verify', async () => 'inside'));
    const again = next(journal);
    expect(await again.onceAround(stateOf(), 'act', async () => 'again')).toBe('inside');
    expect(await again.once(stateOf(), 'verify', async () => 'after')).toBe('after');
  });

  test('one that failed or did not end is no step: it is done', async () => {
    const journal = new Journal();
    await expect(journal.once(stateOf(), 'act', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const again = next(journal);
    expect(again.continued).toBe(false);
    expect(await again.once(stateOf(), 'act', async () => 'done')).toBe('done');
  });

  test('side by side each keeps its own name, whichever ends first', async () => {
    const journal = new Journal();
    const state = stateOf();
    const slow = Promise.withResolvers<string>();
    const both = Promise.all([
      journal.once(state, 'look', () => slow.promise),
      journal.once(state, 'look', async () => 'quick'),
    ]);
    slow.resolve('slow');
    expect(await both).toEqual(['slow', 'quick']);
    const again = next(journal);
    const none = () => Promise.reject(new Error('it was done again'));
    expect(await Promise.all([again.once(stateOf(), 'look', none), again.once(stateOf(), 'look', none)])).toEqual([
      'slow',
      'quick',
    ]);
  });

  test('the time that was asked for stays that time', () => {
    const journal = new Journal();
    expect(journal.onceNow(stateOf(), 'now', () => 1)).toBe(1);
    expect(next(journal).onceNow(stateOf(), 'now', () => 2)).toBe(1);
  });
});
