import type { AuthorityClient } from '../../src/authority/protocol.ts';
import type { Doors } from '../../src/authority/doors.ts';
import { previewOf, type RunRef } from './authority-fixture.ts';

/** Opens a batch gate over so many workloads, as the workers of a run would, and gives it with its items. */
export async function askMany(
  { authority, doors }: { authority: AuthorityClient; doors: Pick<Doors, 'gate' | 'batchItems'> },
  of: RunRef,
  count: number,
) {
  const names = Array.from({ length: count }, (_, n) => `w-${of.run}-${String(n).padStart(3, '0')}`);
  const previews = names.map((name) => previewOf(name));
  const [first] = previews;
  if (!first) throw new Error('a batch of nothing');
  const where = { list: 'found', system: 'kubernetes', connection: 'default' };
  const items = previews.map(({ target, tool, args }) => ({
    key: target.key,
    title: target.name,
    owner: null,
    money: null,
    facts: {},
    action: { tool, args },
  }));
  await authority.putItems({ ...of, ...where, part: 'all', first: true, items });
  await authority.closeList({ ...of, list: 'found' });
  await authority.previews({
    ...of,
    ...where,
    base: 1_000,
    previews: previews.map((preview, at) => ({ position: at + 1, preview })),
  });
  const answer = await authority.openBatchGate({
    ...of,
    ordinal: 1,
    list: 'found',
    tool: first.tool,
    title: 'Roll all of them back',
    why: '',
    plan: { conclusion: 'act', diagnosis: 'The new version fails.', confidence: 'high', evidence: [] },
    evidence: [],
  });
  if (answer.answer !== 'opened') throw new Error(JSON.stringify(answer));
  const gate = await doors.gate(answer.gate);
  if (!gate) throw new Error(`no gate ${answer.gate}`);
  return { gate, items: (await doors.batchItems(gate.id)) ?? [] };
}
