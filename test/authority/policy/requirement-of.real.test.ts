import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { circumstancesOf, policyRequestOf } from '../../../src/authority/policy/policy-request-of.ts';
import { requirementOf } from '../../../src/authority/policy/requirement-of.ts';
import type { Judgement } from '../../../src/authority/policy/policy-set.ts';
import type { Preview } from '../../../src/domain/action.ts';
import { digestOf } from '../../../src/domain/digest.ts';
import type { PolicyRequest } from '../../../src/domain/policy-request.ts';
import { previewOf, startAuthority } from '../../support/authority-fixture.ts';
import { bundleSample } from '../../support/bundle-sample.ts';
import { describeReal } from '../../support/parts.ts';
import { requirementSample } from '../../support/samples.ts';

const UNDO = 'kubernetes.rollout_undo';
const SCALE = 'kubernetes.scale';
const RUNS: Judgement = { say: 'run', policies: ['quiet'] };
const needing = (count: number, group: string): Judgement => ({
  say: 'gate',
  requirement: requirementSample({ needs: [{ count, group }], policies: [`${count}-${group}`] }),
});

describeReal('what a gate needs', ['postgres'], () => {
  let belay: Awaited<ReturnType<typeof startAuthority>>;
  const asked: PolicyRequest[] = [];
  beforeEach(async () => {
    belay = await startAuthority();
    asked.length = 0;
  });
  afterEach(() => belay.close());

  const optionOf = (...actions: Partial<Preview>[]) => ({
    actions: actions.map((changes, at) => {
      const { preState: _, ...preview } = previewOf('w', changes);
      return { ...preview, id: `r-aaaaaaaa/${at + 1}`, digest: digestOf(at) };
    }),
  });

  async function needs(judgements: Record<string, Judgement>, options: ReturnType<typeof optionOf>[]) {
    const bundle = bundleSample({
      judge: (request) => {
        asked.push(request);
        return judgements[request.tool] ?? RUNS;
      },
    });
    const { run } = await belay.startRun();
    const row = await belay.db.selectFrom('runs').selectAll().where('id', '=', run).executeTakeFirstOrThrow();
    const context = { ...belay.context, bundle: () => bundle };
    return {
      choice: bundle.policy.choice,
      is: await requirementOf(belay.db, context, row, options, { kind: 'rules' }),
      asks: async (tool: string) => {
        const circumstances = await circumstancesOf(belay.db, context, row);
        return optionOf({ tool }).actions.map((action) =>
          policyRequestOf(context, row, action, { kind: 'rules' }, circumstances),
        );
      },
    };
  }

  test('is the choice of the policy where no option does anything, and between several that run unasked', async () => {
    for (const options of [
      [optionOf()],
      [optionOf({ tool: UNDO }), optionOf()],
      [optionOf({ tool: UNDO }), optionOf({ tool: SCALE })],
    ]) {
      const { is, choice } = await needs({}, options);
      expect(is).toEqual(choice);
    }
  });

  test('is nobody for the one option whose every action runs unasked, by the policies that say so', async () => {
    const { is } = await needs({}, [optionOf({ tool: UNDO }, { tool: SCALE })]);
    expect(is).toMatchObject({
      needs: [],
      breakGlass: [],
      stepUp: false,
      policies: ['quiet'],
      rule: 'runs unasked (quiet)',
    });
  });

  test('is the most of each group over all options, in whatever order', async () => {
    const judgements = { [UNDO]: needing(2, 'approvers'), [SCALE]: needing(1, 'dba') };
    for (const options of [
      [optionOf({ tool: UNDO }), optionOf({ tool: SCALE })],
      [optionOf({ tool: SCALE }, { tool: UNDO })],
    ]) {
      const { is } = await needs(judgements, options);
      expect(is).toMatchObject({
        needs: expect.arrayContaining([
          { count: 2, group: 'approvers' },
          { count: 1, group: 'dba' },
        ]),
      });
    }
  });

  test('is that one action is forbidden, whatever the others are: its sentence, why, and which rule', async () => {
    const judgements = {
      [UNDO]: needing(1, 'approvers'),
      [SCALE]: { say: 'forbid', rule: 'freeze', message: 'not now' } as const,
    };
    const { is } = await needs(judgements, [optionOf({ tool: UNDO }), optionOf({ tool: SCALE, sentence: 'Scale it' })]);
    expect(is).toEqual({ forbidden: 'Scale it: not now (freeze)' });
  });

  test('rests on the manifest’s risk, whatever the preview claims', async () => {
    await needs({ [UNDO]: needing(1, 'approvers') }, [optionOf({ tool: UNDO, risk: 'read', reversible: 'yes' })]);
    const known = belay.context.manifest.tools.find(({ name }) => name === UNDO);
    expect(asked[0]?.context).toMatchObject({ risk: known?.risk, reversible: known?.reversible });
    expect(known?.risk).not.toBe('read');
  });

  test('takes a tool that the manifest does not have for the worst', async () => {
    const { asks } = await needs({}, [optionOf()]);
    expect(await asks('kubernetes.unheard_of')).toMatchObject([{ context: { risk: 'destructive', reversible: 'no' } }]);
  });
});
