import { describe, expect, test } from '@jest/globals';
import { policyOf, requestOf } from './policy-sample.ts';

const READS = '@id("reads") permit (principal, action, resource) when { context.risk == "read" };\n';
const WRITES =
  '@id("writes") @gate("1 of sre") permit (principal, action, resource) when { context.risk != "read" };\n';

describe('an action', () => {
  test('that no policy permits is forbidden, and says so', () => {
    expect(policyOf('').judge(requestOf())).toEqual({
      say: 'forbid',
      rule: 'no policy',
      message: 'no policy permits kubernetes.scale here',
    });
  });

  test('that only looks runs, by the policy that says so', () => {
    const request = requestOf({ tool: 'kubernetes.get_pods', context: { risk: 'read' } });
    expect(policyOf(READS + WRITES).judge(request)).toEqual({ say: 'run', policies: ['reads'] });
  });

  test('of a tool that the manifest does not have is forbidden', () => {
    const policy = policyOf(READS + WRITES);
    expect(policy.judge(requestOf({ tool: 'kubernetes.scal' }))).toMatchObject({ say: 'forbid', rule: 'manifest' });
    expect(policy.judge(requestOf({ tool: 'belay.resume' }))).toMatchObject({ say: 'forbid', rule: 'manifest' });
  });

  test('asks what its permit asks, with the usual waiting where it says nothing', () => {
    expect(policyOf(WRITES).judge(requestOf())).toEqual({
      say: 'gate',
      requirement: {
        v: 2,
        needs: [{ count: 1, group: 'sre' }],
        selfApproval: false,
        stepUp: false,
        breakGlass: [],
        denials: 1,
        review: false,
        expiresAfterMs: 7 * 86_400_000,
        validForMs: 3_600_000,
        remindAfterMs: [0.5, 2, 8, 32, 128].map((hours) => hours * 3_600_000),
        escalate: [],
        policies: ['writes'],
        rule: 'test: 1 of sre, not the requester (writes)',
      },
    });
  });

  test('asks all that its permit says', () => {
    const policy = policyOf(`@id("w") @gate("2 of sre, 1 of team-owner") @valid("10m") @expires("3h") @remind("20m")
      @escalate("2h: leads, 1h: team-owner") @self_approval("allowed") @step_up("true") @break_glass("sre, team-owner")
      @denials("2") @review("true") permit (principal, action, resource);`);
    expect(policy.judge(requestOf())).toEqual({
      say: 'gate',
      requirement: {
        v: 2,
        needs: [
          { count: 2, group: 'sre' },
          { count: 1, group: 'shop' },
        ],
        selfApproval: true,
        stepUp: true,
        breakGlass: ['sre', 'shop'],
        denials: 2,
        review: true,
        expiresAfterMs: 3 * 3_600_000,
        validForMs: 600_000,
        remindAfterMs: [20, 80].map((minutes) => minutes * 60_000),
        escalate: [
          { afterMs: 3_600_000, group: 'shop' },
          { afterMs: 7_200_000, group: 'leads' },
        ],
        policies: ['w'],
        rule: 'test: 2 of sre and 1 of shop, the requester may be one of them, each with a passkey, 2 denials end it, listed for review (w)',
      },
    });
  });

  test('that several permits match asks what all of them ask', () => {
    const policy = policyOf(
      `${WRITES}@id("b") @gate("2 of shop") @self_approval("allowed") @step_up("true") @expires("1h")
      permit (principal, action, resource) when { resource has environment && resource.environment == "production" };`,
    );
    expect(policy.judge(requestOf())).toMatchObject({
      requirement: {
        needs: expect.arrayContaining([
          { count: 1, group: 'sre' },
          { count: 2, group: 'shop' },
        ]),
        selfApproval: false,
        stepUp: true,
        expiresAfterMs: 3_600_000,
        remindAfterMs: [1_800_000],
        policies: ['b', 'writes'],
      },
    });
    expect(policy.judge(requestOf({ target: { tags: { environment: 'staging' } } }))).toMatchObject({
      requirement: { needs: [{ count: 1, group: 'sre' }], policies: ['writes'] },
    });
  });

  test('that one policy forbids is forbidden whatever permits it, with that policy’s message', () => {
    const text = `${WRITES}@id("n") @gate("none") permit (principal, action, resource);
      @id("stop") @message("not on a Friday") forbid (principal, action, resource) when { context.weekday == "friday" };
      @id("halt") forbid (principal, action, resource) when { context.at.toTime() >= duration("12h") };`;
    expect(policyOf(text).judge(requestOf())).toEqual({
      say: 'forbid',
      rule: 'halt, stop',
      message: 'halt forbids it; not on a Friday',
    });
    expect(policyOf(text).judge(requestOf({ context: { at: '2026-03-05T11:59:59.000Z' } })).say).toBe('gate');
  });

  test('whose policy cannot be evaluated is forbidden, naming the policy, although others permit it', () => {
    const broken =
      '@id("sum") @gate("1 of sre") permit (principal, action, resource) when { context.blastRadius.count * 9223372036854775807 > 1 };';
    for (const text of [WRITES + broken, WRITES + broken.replace('@gate("1 of sre") permit', 'forbid')]) {
      expect(policyOf(text).judge(requestOf())).toMatchObject({ say: 'forbid', rule: 'sum' });
      expect(policyOf(text).explain(requestOf()).said).toMatchObject([{ id: 'sum', place: 'test.cedar:2' }]);
      expect(
        policyOf(text).judge(requestOf({ context: { blastRadius: { count: 1, unit: 'pod', percent: null } } })).say,
      ).not.toBe('run');
    }
  });

  test('that cannot even be put to policy is forbidden', () => {
    const money = { amount: '99999999999999999999.5', currency: 'EUR' };
    expect(policyOf(WRITES).judge(requestOf({ context: { money } }))).toMatchObject({ say: 'forbid', rule: 'policy' });
  });
});

describe('running unasked', () => {
  const unasked = (when = '') => `@id("n") @gate("none") permit (principal, action, resource)${when};`;
  const byModel = requestOf({ context: { proposedBy: 'model' } });

  test('holds for what rules and people propose', () => {
    for (const proposedBy of ['rules', 'person'] as const)
      expect(policyOf(unasked()).judge(requestOf({ context: { proposedBy } }))).toEqual({
        say: 'run',
        policies: ['n'],
      });
  });

  test.each([
    ['it says nothing of models', '', 'forbid'],
    ['it says so of others only', ' when { context.proposedBy == "rules" || context.dryRun == false }', 'forbid'],
    ['it says so by name', ' when { context.proposedBy == "model" }', 'run'],
    ['it says so by name among others', ' when { ["rules", "model"].contains(context.proposedBy) }', 'run'],
  ])('for what a model proposed, where %s: %s → %s', (_, when, say) => {
    expect(policyOf(unasked(when)).judge(byModel).say).toBe(say);
  });

  test('that does not hold for a model leaves the gates of other permits as they are', () => {
    const { judgement, said } = policyOf(WRITES + unasked()).explain(byModel);
    expect(judgement).toMatchObject({ requirement: { needs: [{ count: 1, group: 'sre' }], policies: ['writes'] } });
    expect(said.find(({ id }) => id === 'n')?.note).toContain('does not hold for what a model proposed');
  });

  test('loosens nothing beside a permit that asks', () => {
    const alone = policyOf(WRITES).judge(requestOf());
    expect(policyOf(WRITES + unasked()).judge(requestOf())).toEqual(alone);
  });
});

describe('team-owner', () => {
  const policy = policyOf('@id("o") @gate("1 of sre, 1 of team-owner") permit (principal, action, resource);');
  const of = (team: string | undefined) => requestOf({ target: { tags: team === undefined ? {} : { team } } });

  test('is the group that the target’s tag names', () => {
    expect(policy.judge(of('leads'))).toMatchObject({
      requirement: {
        needs: [
          { count: 1, group: 'sre' },
          { count: 1, group: 'leads' },
        ],
      },
    });
  });

  test('adds up where the group stands beside it', () => {
    expect(policy.judge(of('sre'))).toMatchObject({ requirement: { needs: [{ count: 2, group: 'sre' }] } });
  });

  test.each([
    [undefined, 'has no tag team'],
    ['', 'has no tag team'],
    ['ghosts', 'is of team ghosts, and the directory has no such group'],
    ['constructor', 'is of team constructor'],
    ['__proto__', 'is of team __proto__'],
  ])('of team %p forbids, and says why', (team, why) => {
    expect(policy.judge(of(team))).toMatchObject({ say: 'forbid', rule: 'o', message: expect.stringContaining(why) });
  });
});

describe('what policy is told', () => {
  test.each<[what: string, condition: string, changes: Parameters<typeof requestOf>[0]]>([
    ['the requester', 'principal == Person::"ada"', {}],
    ['their groups', 'principal in Group::"leads"', { requester: { person: 'cleo', groups: ['leads', 'shop'] } }],
    ['the tool', 'action == Action::"kubernetes.scale"', {}],
    ['its system', 'action in Action::"kubernetes"', {}],
    ['the team', 'resource.team == "shop"', {}],
    ['no team', 'resource.team == ""', { target: { tags: {} } }],
    ['other tags', 'resource.hasTag("tier") && resource.getTag("tier") == "1"', { target: { tags: { tier: '1' } } }],
    [
      'where it is',
      'resource has cluster && resource.cluster == "eu" && resource.connection == "default"',
      { target: { tags: { cluster: 'eu' } } },
    ],
    [
      'how much it touches, rounded up',
      'context.blastRadius has percent && context.blastRadius.percent > 20',
      { context: { blastRadius: { count: 1, unit: 'pods', percent: 20.1 } } },
    ],
    [
      'the freezes',
      '!context.freezes.isEmpty() && context.freezes.contains("year end (f-1)")',
      { context: { freezes: ['year end (f-1)'] } },
    ],
    [
      'who answers the incident',
      'context.incident has responder && context.incident.responder == principal',
      { context: { incident: { open: true, responder: 'ada' } } },
    ],
    [
      'the money, to four places',
      'context has money && context.money.amount == decimal("-12.3456")',
      { context: { money: { amount: '-12.34567', currency: 'EUR' } } },
    ],
    [
      'money without places',
      'context has money && context.money.amount == decimal("7.0")',
      { context: { money: { amount: '7', currency: 'EUR' } } },
    ],
    ['the day, in UTC', 'context.weekday == "sunday"', { context: { at: '2026-03-08T23:59:59.000Z' } }],
    ['who owns live changes', 'context.owner == "argocd"', { context: { owner: 'argocd' } }],
  ])('%s', (_, condition, changes) => {
    const policy = policyOf(`@id("w") @gate("1 of sre") permit (principal, action, resource) when { ${condition} };`);
    expect(policy.judge(requestOf(changes)).say).toBe('gate');
    expect(
      policy.judge(
        requestOf({
          requester: { person: 'zed', groups: [] },
          tool: 'prometheus.query',
          target: { system: 'x', connection: 'y', tags: { team: 'other' } },
        }),
      ).say,
    ).toBe('forbid');
  });

  test('is what the bundle says of a target, before what its tool says', () => {
    const policy = policyOf('@id("w") @gate("1 of team-owner") permit (principal, action, resource);', {
      targets: [
        { match: { system: 'kubernetes' }, tags: { team: 'sre', environment: 'production' } },
        { match: { namespace: 'shop', connection: 'default' }, tags: { team: 'shop' } },
        { match: { namespace: 'other' }, tags: { team: 'leads' } },
      ],
    });
    const team = (tags: Record<string, string>) => {
      const judgement = policy.judge(requestOf({ target: { tags } }));
      return judgement.say === 'gate' ? judgement.requirement.needs[0]?.group : judgement;
    };
    expect(team({ team: 'leads' })).toBe('sre');
    expect(team({ namespace: 'shop' })).toBe('shop');
    expect(team({ namespace: 'other', team: 'nobody' })).toBe('leads');
  });
});
