import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { digestOf } from '../../src/domain/digest.ts';
import { brokenLink, chainRoot, entryHash, type LedgerEntry, LedgerKind } from '../../src/domain/ledger.ts';

const RUN = 'r-aaaaaaaa';

function chainOf(bodies: readonly { kind: LedgerKind; body: LedgerEntry['body'] }[], run = RUN): LedgerEntry[] {
  let prev = chainRoot(run);
  return bodies.map(({ kind, body }, index) => {
    const at = new Date(1_700_000_000_000 + index).toISOString();
    const unhashed = { v: 1 as const, run, seq: index + 1, kind, at, body, prev };
    prev = entryHash(unhashed);
    return { ...unhashed, hash: prev };
  });
}

const chains = fc
  .array(fc.record({ kind: fc.constantFrom(...LedgerKind.options), body: fc.dictionary(fc.string(), fc.integer()) }), {
    minLength: 2,
    maxLength: 12,
  })
  .map((bodies) => chainOf(bodies));

/** A chain and a place in it. */
const chainAndPlace = chains.chain((chain) =>
  fc.tuple(fc.constant(chain), fc.integer({ min: 0, max: chain.length - 1 })),
);

const entryAt = (chain: readonly LedgerEntry[], at: number): LedgerEntry => {
  const entry = chain[at];
  if (!entry) throw new Error(`no entry ${at}`);
  return entry;
};

const edits: Record<string, (entry: LedgerEntry) => LedgerEntry> = {
  kind: (entry) => ({ ...entry, kind: entry.kind === 'run.note' ? 'run.finished' : 'run.note' }),
  at: (entry) => ({ ...entry, at: '2001-01-01T00:00:00.000Z' }),
  body: (entry) => ({ ...entry, body: { ...entry.body, more: 1 } }),
  prev: (entry) => ({ ...entry, prev: digestOf('another') }),
  hash: (entry) => ({ ...entry, hash: digestOf('another') }),
  run: (entry) => ({ ...entry, run: 'r-bbbbbbbb' }),
  seq: (entry) => ({ ...entry, seq: entry.seq + 1 }),
};

describe('a hash chain', () => {
  test('that nobody touched holds, and an empty one too', () => {
    fc.assert(fc.property(chains, (chain) => brokenLink(RUN, chain) === undefined));
    expect(brokenLink(RUN, [])).toBeUndefined();
  });

  test.each(Object.entries(edits))('names the entry whose %s was edited', (_, edit) => {
    fc.assert(
      fc.property(chainAndPlace, ([chain, at]) => {
        const said = brokenLink(RUN, chain.with(at, edit(entryAt(chain, at))));
        return said?.startsWith(`run ${RUN}, entry ${at + 1}`) ?? false;
      }),
    );
  });

  test('names the place of an entry that was edited and hashed again: the one after it does not follow', () => {
    fc.assert(
      fc.property(chainAndPlace, ([chain, at]) => {
        fc.pre(at < chain.length - 1);
        const edited = { ...entryAt(chain, at), body: { forged: true } };
        const said = brokenLink(RUN, chain.with(at, { ...edited, hash: entryHash(edited) }));
        return said?.startsWith(`run ${RUN}, entry ${at + 2}`) ?? false;
      }),
    );
  });

  test('names the place where an entry was removed, unless it was the last: only the head knows of that', () => {
    fc.assert(
      fc.property(chainAndPlace, ([chain, at]) => {
        const said = brokenLink(RUN, chain.toSpliced(at, 1));
        return at === chain.length - 1 ? said === undefined : (said?.includes(`entry ${at + 1}`) ?? false);
      }),
    );
  });

  test('names the place where an entry was inserted', () => {
    fc.assert(
      fc.property(chainAndPlace, chains, ([chain, at], others) => {
        const said = brokenLink(RUN, chain.toSpliced(at, 0, entryAt(others, others.length - 1)));
        return said !== undefined;
      }),
    );
  });

  test('names the first of two entries that were swapped, renumbered or not', () => {
    fc.assert(
      fc.property(chainAndPlace, fc.boolean(), ([chain, at], renumber) => {
        fc.pre(at < chain.length - 1);
        const [one, two] = [entryAt(chain, at), entryAt(chain, at + 1)];
        const swapped = renumber
          ? chain.with(at, { ...two, seq: one.seq }).with(at + 1, { ...one, seq: two.seq })
          : chain.with(at, two).with(at + 1, one);
        return brokenLink(RUN, swapped)?.includes(`entry ${at + 1}`) ?? false;
      }),
    );
  });

  test('belongs to its run: another run cannot show it as its own', () => {
    const chain = chainOf([{ kind: 'run.note', body: {} }], 'r-bbbbbbbb');
    expect(brokenLink(RUN, chain)).toContain('belongs to run r-bbbbbbbb');
    expect(
      brokenLink(
        RUN,
        chain.map((entry) => ({ ...entry, run: RUN })),
      ),
    ).toContain('does not follow');
    expect(chainRoot(RUN)).not.toBe(chainRoot('r-bbbbbbbb'));
  });
});
