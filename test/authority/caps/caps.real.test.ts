import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FUSE } from '../../../src/authority/caps/fuse.ts';
import type { Cap } from '../../../src/domain/cap.ts';
import { ANN, type AuthorityFixture, optionOf, startAuthority } from '../../support/authority-fixture.ts';
import { describeReal } from '../../support/parts.ts';

const HOUR = 3_600_000;
const TOOL = 'kubernetes.rollout_undo';

describeReal('caps', ['postgres'], () => {
  let belay: AuthorityFixture;
  let uncapped: ReturnType<AuthorityFixture['context']['bundle']>;
  beforeAll(async () => {
    belay = await startAuthority();
    uncapped = belay.context.bundle();
  });
  afterAll(() => belay.close());
  const cap = (...caps: Cap[]) => belay.useBundle({ ...uncapped, caps });
  const begun = async (run: string) => (await belay.kinds(run)).includes('action.intended');
  const halts = () => belay.doors.halts();

  test('leave an option out of what is asked, and say which and why', async () => {
    cap({ tool: TOOL, count: 3 });
    const of = await belay.startRun();
    const [one, two] = [
      await belay.preview(of, 1),
      await belay.preview(of, 2, { blastRadius: { count: 4, unit: 'pods' }, args: { all: true } }),
    ];
    const gate = await belay.openGate(of, [optionOf('all', [two.id]), optionOf('one', [one.id], false)]);
    expect(gate.options.map(({ id }) => id)).toEqual(['one']);
    expect((await belay.doors.steps(of.run)).map(({ text }) => text).join('\n')).toContain(
      'it touches 4 pods, and kubernetes.rollout_undo may touch 3 at once',
    );
  });

  test('forbid asking where nothing within them is left', async () => {
    cap({ tool: TOOL, count: 2 });
    const of = await belay.startRun();
    const { id } = await belay.preview(of);
    const plan = { conclusion: 'act' as const, diagnosis: 'x', confidence: 'low' as const, evidence: [] };
    const answer = await belay.authority.openGate({
      ...of,
      ordinal: 1,
      plan,
      proposedBy: { kind: 'rules' },
      evidence: [],
      options: [optionOf('a', [id])],
    });
    expect(answer).toMatchObject({ answer: 'forbidden', message: expect.stringContaining('may touch 2 at once') });
    expect(await belay.doors.gates({ run: of.run })).toEqual([]);
  });

  test('hold at the grant too, when they were tightened since; nothing is begun', async () => {
    cap();
    const asked = await belay.approved();
    cap({ tool: 'kubernetes.*', count: 2 });
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'refused', code: 'over-cap' });
    expect(await begun(asked.run)).toBe(false);
    cap();
    expect(await belay.grant(asked.action)).toMatchObject({ answer: 'granted' });
  });

  describe('per hour are a fuse', () => {
    const resume = async () => {
      const [fuse] = await halts();
      await belay.doors.resume({ halt: fuse?.id ?? '' }, ANN);
      expect(await halts()).toEqual([]);
    };

    test('that blows: the tool is halted by it, told, and this grant is refused; others may go on', async () => {
      belay.forward(2 * HOUR);
      cap({ tool: TOOL, perHour: 2 });
      for (let at = 0; at < 2; at += 1)
        expect(await belay.grant((await belay.approved()).action)).toMatchObject({ answer: 'granted' });
      const third = await belay.approved();
      const answer = await belay.grant(third.action);
      expect(answer).toEqual({
        answer: 'refused',
        code: 'halted',
        message: expect.stringContaining('was used 2 times within the last hour'),
      });
      expect(await begun(third.run)).toBe(false);
      expect(await belay.doors.run(third.run)).toMatchObject({ state: 'halted' });
      expect(await halts()).toMatchObject([{ scope: { kind: 'tool', value: TOOL }, by: FUSE }]);
      const fourth = await belay.startRun();
      const { id } = await belay.preview(fourth, 1, { tool: 'kubernetes.scale' });
      const gate = await belay.openGate(fourth, [optionOf('a', [id])]);
      await belay.decide({ gate: gate.id, digest: gate.digest }, ANN);
      await belay.authority.lock({ ...fourth, actions: [id] });
      expect(await belay.grant(id)).toMatchObject({ answer: 'granted' });
      // What people resume knowingly begins its count anew.
      await resume();
      belay.forward(1);
      expect(await belay.grant(third.action)).toMatchObject({ answer: 'granted' });
      expect(await belay.grant((await belay.approved()).action)).toMatchObject({ answer: 'granted' });
      expect(await belay.grant((await belay.approved()).action)).toMatchObject({ code: 'halted' });
      await resume();
    });

    test('that counts an hour: what is older does not, and what is taken back was done all the same', async () => {
      belay.forward(2 * HOUR);
      cap({ tool: 'kubernetes.*', perHour: 1 });
      const first = await belay.approved();
      await belay.grant(first.action);
      await belay.record(first.action, 1);
      await belay.doors.cancel(first.run, ANN, 'stop');
      expect(await belay.grant(first.action, 'undo')).toMatchObject({ answer: 'granted' });
      await belay.record(first.action, 1, 'done', 'undo');
      const second = await belay.approved();
      belay.forward(HOUR);
      expect(await belay.grant(second.action)).toMatchObject({ answer: 'granted' });
    });

    test('that holds when ten ask at once: as many are granted as it allows, and it blows once', async () => {
      belay.forward(2 * HOUR);
      cap({ tool: TOOL, perHour: 3 });
      const asked = [];
      for (let at = 0; at < 10; at += 1) asked.push(await belay.approved());
      const answers = await Promise.all(asked.map(({ action }) => belay.grant(action)));
      expect(answers.filter(({ answer }) => answer === 'granted')).toHaveLength(3);
      expect(await halts()).toHaveLength(1);
      await resume();
    });
  });
});
