import { describe, expect, test } from '@jest/globals';
import { firstPolicy } from '../../../src/authority/policy/first-policy.ts';
import type { Judgement, PolicySet } from '../../../src/authority/policy/policy-set.ts';
import { requirementOf } from '../../../src/authority/policy/requirement-of.ts';
import type { GateOption, Requirement } from '../../../src/domain/gate.ts';
import type { Risk } from '../../../src/domain/risk.ts';
import { digestOf } from '../../../src/domain/digest.ts';
import { previewOf } from '../../support/authority-fixture.ts';
import { authorityManifest as manifest } from '../../support/authority-manifest.ts';

const needing = (count: number, group: string, selfApproval = true): Requirement => ({
  v: 1,
  needs: [{ count, group, members: ['ann', 'bob'] }],
  selfApproval,
  rule: `${count} of ${group}`,
});

/** Judges by the tool's name, and remembers the risk it was told. */
function policyOf(judgements: Record<string, Judgement>): { policy: PolicySet; risks: Risk[] } {
  const risks: Risk[] = [];
  const judge: PolicySet['judge'] = ({ tool, risk }) => {
    risks.push(risk);
    return judgements[tool] ?? { say: 'run' };
  };
  return { policy: { name: 'test', choice: needing(1, 'approvers'), judge }, risks };
}

const optionOf = (...actions: { tool: string; risk?: Risk }[]): Pick<GateOption, 'actions'> => ({
  actions: actions.map((changes, at) => ({
    ...previewOf('w', changes),
    id: `r-aaaaaaaa/${at + 1}`,
    digest: digestOf(at),
  })),
});

const UNDO = 'kubernetes.rollout_undo';
const SCALE = 'kubernetes.scale';

describe('what a gate needs', () => {
  test('is the choice of the policy where no action needs more: somebody must still choose', () => {
    const { policy } = policyOf({});
    expect(requirementOf({ policy, manifest }, [optionOf()])).toEqual(policy.choice);
    expect(requirementOf({ policy, manifest }, [optionOf({ tool: UNDO })])).toEqual(policy.choice);
  });

  test('is the most of each group over all its options, in whatever order, and self-approval only where all allow it', () => {
    const { policy } = policyOf({
      [UNDO]: { say: 'gate', requirement: needing(2, 'approvers') },
      [SCALE]: { say: 'gate', requirement: { ...needing(1, 'dba', false) } },
    });
    for (const options of [
      [optionOf({ tool: UNDO }), optionOf({ tool: SCALE })],
      [optionOf({ tool: SCALE }), optionOf({ tool: UNDO })],
      [optionOf({ tool: SCALE }, { tool: UNDO })],
    ])
      expect(requirementOf({ policy, manifest }, options)).toMatchObject({
        needs: [
          { group: 'approvers', count: 2 },
          { group: 'dba', count: 1 },
        ],
        selfApproval: false,
      });
  });

  test('is nothing that anybody can give where one action of one option is forbidden', () => {
    const { policy } = policyOf({ [SCALE]: { say: 'forbid', rule: 'no-scale', message: 'not on Fridays' } });
    expect(requirementOf({ policy, manifest }, [optionOf({ tool: UNDO }), optionOf({ tool: SCALE })])).toEqual({
      forbidden: expect.stringMatching(/not on Fridays \(no-scale\)/),
    });
  });

  test.each<[string, Risk, Risk]>([
    [UNDO, 'read', 'write'],
    ['kubernetes.pods', 'destructive', 'read'],
    ['unknown.tool', 'read', 'destructive'],
  ])(
    'is judged by the risk the manifest knows, not the one a preview claims: %s, claimed %s, is %s',
    (tool, risk, wanted) => {
      const { policy, risks } = policyOf({});
      requirementOf({ policy, manifest }, [optionOf({ tool, risk })]);
      expect(risks).toEqual([wanted]);
    },
  );
});

describe('the first policy', () => {
  test.each([
    [true, 'solo', true],
    [false, 'team', false],
  ])('solo %s: is called %s, and the requester may approve: %s', (solo, name, selfApproval) => {
    const policy = firstPolicy({ approvers: ['ann'], solo });
    expect(policy.name).toBe(name);
    expect(policy.choice).toMatchObject({ selfApproval, needs: [{ count: 1, members: ['ann'] }] });
    expect(policy.choice.rule).toContain(name);
    const action = { ...previewOf('w'), reversible: 'yes' as const };
    expect(policy.judge({ ...action, risk: 'read' })).toEqual({ say: 'run' });
    for (const risk of ['write', 'destructive'] as const)
      expect(policy.judge({ ...action, risk })).toEqual({ say: 'gate', requirement: policy.choice });
  });
});
