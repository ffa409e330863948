import { afterEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeReal } from '../support/parts.ts';
import { type BelayProgram, belayProgram } from './belay-program.ts';
import { eventsOf, inOrder, STORY } from './demo-story.ts';

const Shop = z.looseObject({
  story: z.string().nullable(),
  deployments: z.array(z.looseObject({ name: z.string(), revision: z.number() })),
});

describeReal('belay demo', ['temporal'], () => {
  let demo: BelayProgram | undefined;
  afterEach(async () => {
    await demo?.end();
    demo = undefined;
  });

  /** How the shop is, again and again until the demo is over; the last that was seen. Each look is a whole program. */
  async function lastOfTheShop({ folder, ended }: BelayProgram): Promise<z.infer<typeof Shop> | undefined> {
    let last: z.infer<typeof Shop> | undefined;
    const state = { over: false };
    void ended.then(() => (state.over = true));
    while (!state.over) {
      const asking = belayProgram(['sandbox', 'status', '--json'], { TMPDIR: folder });
      if ((await asking.ended) === 0) last = Shop.parse(asking.lines()[0]);
      await asking.end();
      await sleep(1_000);
    }
    return last;
  }

  test('--yes: the whole story in order, one rollback, verified healthy, nothing left running or lying about', async () => {
    demo = belayProgram(['demo', '--yes', '--json']);
    expect({ code: await demo.ended, err: demo.err() }).toEqual({ code: 0, err: expect.any(String) });
    const events = eventsOf(demo);
    expect(inOrder(events, STORY)).toEqual(STORY);
    expect(events.filter(({ event }) => event === 'action.executed')).toHaveLength(1);
    expect(events.find(({ event }) => event === 'run.verified')).toMatchObject({ verdict: 'healthy' });
    expect(events.every(({ at }) => new Date(String(at)).toISOString() === at)).toBe(true);
    expect(demo.left()).toEqual([]);
  }, 240_000);

  test('--deny: nothing is executed, the shop is as broken as before, and that is the end it should have', async () => {
    demo = belayProgram(['demo', '--deny', '--json']);
    const shop = await lastOfTheShop(demo);
    expect({ code: await demo.ended, err: demo.err() }).toEqual({ code: 0, err: expect.any(String) });
    const kinds = eventsOf(demo).map(({ event }) => event);
    expect(kinds).toContain('gate.decided');
    expect(kinds.filter((kind) => kind === 'action.executed' || kind === 'run.verified')).toEqual([]);
    expect(shop).toMatchObject({ story: 'bad-deploy' });
    expect(shop?.deployments).toContainEqual(expect.objectContaining({ name: 'checkout', revision: 2 }));
    expect(demo.left()).toEqual([]);
  }, 240_000);

  describe('with wrong options', () => {
    test.each([
      [['--yes', '--deny'], '--yes or --deny'],
      [['--json'], 'no terminal'],
      [['--yes', '--kubeconfig', 'file'], '--kubeconfig and --prometheus together'],
      [['--yes', '--kubeconfig', 'file', '--prometheus', 'prometheus:9090'], '--prometheus prometheus:9090'],
    ])('%j: one line, exit 2', async (options, said) => {
      demo = belayProgram(['demo', ...options]);
      expect(await demo.ended).toBe(2);
      expect(demo.err().trim().split('\n')).toEqual([expect.stringContaining(said)]);
      expect(demo.left()).toEqual([]);
    });
  });
});
