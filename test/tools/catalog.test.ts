import { expect, test } from '@jest/globals';
import { systems, type ReadToolName, type ToolCatalog, type WriteToolName } from '../../src/tools/catalog.ts';

test('the catalog names each tool with its own input and facts, so that a runbook is checked by the compiler', () => {
  const input: ToolCatalog['kubernetes.rollout_undo']['input'] = { namespace: 'shop', name: 'checkout', toRevision: 3 };
  const facts: Pick<ToolCatalog['kubernetes.workload']['facts'], 'revision' | 'kind'> = {
    revision: 3,
    kind: 'Deployment',
  };
  const read: ReadToolName = 'prometheus.query';
  const write: WriteToolName = 'kubernetes.rollout_undo';
  // @ts-expect-error -- a write is no read
  const wrong: ReadToolName = 'kubernetes.rollout_undo';
  const names = systems.flatMap((system) => system.tools.map((tool): string => tool.name));
  expect(names).toEqual(expect.arrayContaining([read, write, wrong]));
  expect([input.toRevision, facts.revision]).toEqual([3, 3]);
});
