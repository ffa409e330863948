import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { describeReal } from '../support/parts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type BelayProgram, belayProgram } from './belay-program.ts';
import { type DemoEvent, eventsOf, inOrder } from './demo-story.ts';

const STORY = [
  'up',
  'broken',
  'run.started',
  'scan.recorded',
  'readers.seen',
  'plan.proposed',
  'gate.opened',
  'gate.decided',
  'action.executed',
  'scan.recorded',
  'run.verified',
  'run.finished',
  'proof.written',
  'proof.verified',
  'ledger.verified',
];

const Scan = z.looseObject({
  counts: z.looseObject({ FAIL: z.number() }),
  changes: z.looseObject({ gone: z.number() }),
});
const Seen = z.looseObject({ bucket: z.string(), readers: z.array(z.looseObject({ anonymous: z.boolean() })) });

const all = <T>(events: readonly DemoEvent[], name: string, schema: z.ZodType<T>): T[] =>
  events.filter(({ event }) => event === name).map((event) => schema.parse(event));

describeReal('belay demo --story compliance', ['temporal'], () => {
  let demo: BelayProgram | undefined;
  let folder = '';
  beforeEach(() => {
    folder = temporaryFolder('proof');
  });
  afterEach(async () => {
    await demo?.end();
    demo = undefined;
    rmSync(folder, { recursive: true });
  });

  test('--yes: from the scan to blocked and verified by another scan; the proof pack holds, and a changed byte is found', async () => {
    demo = belayProgram(['demo', '--story', 'compliance', '--yes', '--json', '--proof', folder]);
    expect({ code: await demo.ended, err: demo.err() }).toEqual({ code: 0, err: expect.any(String) });
    const events = eventsOf(demo);
    expect(inOrder(events, STORY)).toEqual(STORY);
    expect(events.filter(({ event }) => event === 'action.executed')).toHaveLength(2);
    expect(events.find(({ event }) => event === 'run.verified')).toMatchObject({ verdict: 'healthy' });
    expect(events.find(({ event }) => event === 'run.finished')).toMatchObject({ outcome: 'fixed' });
    const [before, after] = all(events, 'scan.recorded', Scan);
    expect(after?.changes.gone).toBe((before?.counts.FAIL ?? 0) - (after?.counts.FAIL ?? 0));
    expect(after?.changes.gone).toBeGreaterThan(0);
    const read = all(events, 'readers.seen', Seen).map(({ bucket, readers }) => [bucket, readers[0]?.anonymous]);
    expect(Object.fromEntries(read)).toEqual({ 'shop-order-exports': true, 'shop-partner-feed': false });
    expect(events.find(({ event }) => event === 'refused')?.['text']).toMatch(/one byte changed .* was changed after/);
    expect(demo.left()).toEqual([]);
    // What is kept stands by itself.
    expect(existsSync(join(folder, 'index.html'))).toBe(true);
    const check = belayProgram(['proof', 'verify', folder]);
    expect(await check.ended).toBe(0);
    writeFileSync(join(folder, 'decisions.json'), '[]');
    const again = belayProgram(['proof', 'verify', folder]);
    expect(await again.ended).toBe(1);
    await Promise.all([check.end(), again.end()]);
  }, 240_000);

  describe('with wrong options', () => {
    test.each([
      [['--story', 'cost', '--yes', '--proof', '.'], '--proof goes with --story compliance'],
      [['--story', 'compliance', '--yes', '--proof', import.meta.dirname], 'a new or empty folder'],
      [['--story', 'compliance', '--yes', '--proof', import.meta.filename], 'a new or empty folder'],
    ])('%j: one line, exit 2', async (options, said) => {
      demo = belayProgram(['demo', ...options]);
      expect(await demo.ended).toBe(2);
      expect(demo.err().trim().split('\n')).toEqual([expect.stringContaining(said)]);
    });
  });
});
