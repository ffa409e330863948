import type { RequestOf } from '../../src/authority/protocol.ts';
import type { Preview } from '../../src/domain/action.ts';
import { previewOf, type AuthorityFixture, type RunRef } from './authority-fixture.ts';

type Item = RequestOf<'putItems'>['items'][number];

const TOOL = 'kubernetes.rollout_undo';
const KUBERNETES = { system: 'kubernetes', connection: 'default' };

/** What a batch test calls the things it is about. */
export const keyOf = (name: string): string => `kubernetes:u1/shop/deployments/${name}`;

/** One thing that was found: with a price and an owner only where they are given. */
export const itemOf = (name: string, changes: Partial<Item> = {}): Item => ({
  key: keyOf(name),
  title: `deployment ${name}`,
  owner: null,
  money: null,
  facts: { name },
  action: { tool: TOOL, args: { namespace: 'shop', name, revision: 3 } },
  ...changes,
});

/** Lists and batch gates of a run, as its workers ask for them. */
export function listsOf({ authority, doors }: AuthorityFixture) {
  const put = (of: RunRef, list: string, items: readonly Item[], more: { part?: string; first?: boolean } = {}) =>
    authority.putItems({ ...of, list, part: 'here', first: true, ...KUBERNETES, items: [...items], ...more });

  /** A list with these items, closed. */
  async function closed(of: RunRef, list: string, items: readonly Item[]) {
    await put(of, list, items);
    return await authority.closeList({ ...of, list });
  }

  /** Previews what is in a list, each as its tools worker saw it; `problem` is why one cannot be offered. */
  async function previewed(
    of: RunRef,
    list: string,
    see: (name: string) => Partial<Preview> | { problem: string } = () => ({}),
  ) {
    const { items } = await authority.items({ ...of, list, after: 0, of: KUBERNETES });
    const previews = items.map(({ position, key }) => {
      const name = key.slice(keyOf('').length);
      const seen = see(name);
      return 'problem' in seen ? { position, problem: seen.problem } : { position, preview: previewOf(name, seen) };
    });
    await authority.previews({ ...of, list, base: 0, ...KUBERNETES, previews });
  }

  const ask = (of: RunRef, list: string, ordinal = 1) =>
    authority.openBatchGate({
      ...of,
      ordinal,
      list,
      tool: TOOL,
      title: 'Roll all of them back',
      why: '',
      plan: { conclusion: 'act', diagnosis: 'They fail.', confidence: 'high', evidence: [] },
      evidence: [],
    });

  /** A batch gate over things of these names. */
  async function batch(of: RunRef, names: readonly string[], see?: Parameters<typeof previewed>[2]) {
    await closed(
      of,
      'found',
      names.map((name) => itemOf(name)),
    );
    await previewed(of, 'found', see);
    const answer = await ask(of, 'found');
    if (answer.answer !== 'opened') throw new Error(JSON.stringify(answer));
    const gate = await doors.gate(answer.gate);
    const items = (await doors.batchItems(answer.gate)) ?? [];
    if (!gate) throw new Error('no gate');
    return { gate, items, on: { gate: gate.id, digest: gate.digest }, actions: items.map(({ action }) => action) };
  }

  return { put, closed, previewed, ask, batch };
}
