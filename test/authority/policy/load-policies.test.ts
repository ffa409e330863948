import { describe, expect, test } from '@jest/globals';
import { directory, OWN, policyOf, problemsOf, tools } from './policy-sample.ts';

const GATED = '@id("w") @gate("1 of sre") permit (principal, action, resource)';
const one = (annotations: string) => `@id("w")\n${annotations}\npermit (principal, action, resource);`;

describe('a policy refuses to load, naming file and line,', () => {
  test.each<[what: string, text: string, problem: string]>([
    [
      'that does not parse',
      '\n@id("w")\npermit (principal, action, resource) when { context.risk === "read" };',
      'test.cedar:3: unexpected token `=`',
    ],
    [
      'that does not parse after text of several bytes',
      '// – é –\n\npermit (principal action, resource);',
      'test.cedar:3: unexpected token `action`',
    ],
    [
      'that is a template',
      '@id("w") @gate("1 of sre")\npermit (principal == ?principal, action, resource);',
      'test.cedar:1: it is a template',
    ],
    [
      'that has no id',
      '// first\n@gate("1 of sre") permit (principal, action, resource);',
      'test.cedar:2: a policy: @id is missing',
    ],
    [
      'whose id is no name',
      '@id("My policy") @gate("1 of sre") permit (principal, action, resource);',
      '@id is missing or no name',
    ],
    [
      'with an annotation that nobody knows',
      one('@gates("1 of sre")'),
      'test.cedar:1: w: @gates is no annotation of a permit; known are @id, @gate,',
    ],
    [
      'with an annotation of permits on a forbid',
      '@id("w") @gate("1 of sre") forbid (principal, action, resource);',
      '@gate is no annotation of a forbid; known are @id, @message',
    ],
    [
      'with an annotation of forbids on a permit',
      one('@gate("1 of sre") @message("no")'),
      '@message is no annotation of a permit',
    ],
    ['that says nothing to people', '@id("w") @message("") forbid (principal, action, resource);', '@message is empty'],
    ['with a gate that cannot be read', one('@gate("one of sre")'), 'w: @gate: "one of sre" is no gate'],
    ['with a gate without a value', one('@gate'), '@gate: "" is no gate'],
    ['with a gate of nobody', one('@gate("0 of sre")'), '"0 of sre" asks for nobody'],
    ['with a gate that names a group twice', one('@gate("1 of sre, 2 of sre")'), 'names sre twice'],
    ['with a duration that is none', one('@gate("1 of sre") @expires("soon")'), '@expires: "soon" is no duration'],
    ['with a duration of no length', one('@gate("1 of sre") @valid("0m")'), '@valid: "0m" is no duration'],
    [
      'with an escalation that is none',
      one('@gate("1 of sre") @escalate("leads after 2h")'),
      '@escalate: "leads after 2h" is no escalation',
    ],
    [
      'that escalates after it expired',
      one('@gate("1 of sre") @expires("1h") @escalate("2h: leads")'),
      '@escalate: the gate expires before',
    ],
    [
      'that reminds after it expired',
      one('@gate("1 of sre") @expires("1h") @remind("2h")'),
      '@remind: the gate expires before',
    ],
    [
      'with self-approval other than allowed',
      one('@gate("1 of sre") @self_approval("true")'),
      '@self_approval: "true" is not "allowed"',
    ],
    ['with step-up other than true', one('@gate("1 of sre") @step_up("yes")'), '@step_up: "yes" is not "true"'],
    ['with review other than true', one('@gate("1 of sre") @review("later")'), '@review: "later" is not "true"'],
    ['with denials that are no number', one('@gate("1 of sre") @denials("none")'), '@denials: "none" is no number'],
    [
      'with break-glass of no groups',
      one('@gate("1 of sre") @break_glass("")'),
      '@break_glass: "" is no list of groups',
    ],
    [
      'that asks nobody and says how to ask',
      one('@gate("none") @expires("1h")'),
      '@gate("none") asks nobody, so @expires would mean nothing',
    ],
    ['that says how to ask without a gate', one('@expires("1h")'), '@expires would mean nothing without @gate'],
    [
      'that asks a group nobody knows',
      one('@gate("1 of sre-oncall")'),
      'the directory has no group sre-oncall; its groups: sre, leads, shop',
    ],
    ['that escalates to a group nobody knows', one('@gate("1 of sre") @escalate("2h: bosses")'), 'no group bosses'],
    [
      'that lets a group break glass which nobody knows',
      one('@gate("1 of sre") @break_glass("bosses")'),
      'no group bosses',
    ],
    [
      'whose scope has a group nobody knows',
      '@id("w") @gate("1 of sre") permit (principal in Group::"dba", action, resource);',
      'no group dba',
    ],
    ['whose condition has a group nobody knows', `${GATED} when { principal in Group::"dba" };`, 'no group dba'],
    [
      'whose condition has somebody nobody knows',
      `${GATED} unless { principal == Person::"mallory" };`,
      'nobody called mallory',
    ],
    [
      'with an attribute that is misspelt',
      `${GATED} when { resource.enviroment == "production" };`,
      'attribute `enviroment`',
    ],
    [
      'with a circumstance that is misspelt',
      '@id("f") forbid (principal, action, resource) when { context.freeze.isEmpty() };',
      'attribute `freeze`',
    ],
    [
      'that reads an attribute which may not be there',
      `${GATED} when { resource.environment == "production" };`,
      'attribute `environment`',
    ],
    ['that compares what cannot be equal', `${GATED} when { context.blastRadius.count == "3" };`, 'test.cedar:1: w: '],
    [
      'for a tool that is misspelt',
      '@id("f") forbid (principal, action == Action::"kubernetes.scal", resource);',
      'Action::"kubernetes.scal"',
    ],
    [
      'for a system that is misspelt',
      '@id("f") forbid (principal, action in Action::"kubernete", resource);',
      'Action::"kubernete"',
    ],
    [
      'with a risk there is not',
      '@id("f") forbid (principal, action, resource) when { context.risk == "destructiv" };',
      'context.risk is never "destructiv"; it is one of read, write, destructive',
    ],
    [
      'with a proposer there is not, in a set',
      '@id("f") forbid (principal, action, resource) when { ["rules", "agent"].contains(context.proposedBy) };',
      'context.proposedBy is never "agent"',
    ],
    ['that never holds', `${GATED} when { context.risk == "write" && false };`, 'test.cedar:1: w: '],
    [
      'that may let a write run and has no gate',
      '@id("w") permit (principal, action, resource) when { context.dryRun };',
      'it may match a write and has no @gate',
    ],
    [
      'that lets a write run by its name and has no gate',
      '@id("w") permit (principal, action == Action::"kubernetes.scale", resource);',
      'it may match a write and has no @gate',
    ],
    [
      'that lets a system run which also writes',
      '@id("w") permit (principal, action in Action::"kubernetes", resource);',
      'it may match a write and has no @gate',
    ],
    [
      'that names reads in an alternative only',
      '@id("w") permit (principal, action, resource) when { context.risk == "read" || context.dryRun };',
      'it may match a write and has no @gate',
    ],
    [
      'that excludes reads',
      '@id("w") permit (principal, action, resource) unless { context.risk == "read" };',
      'it may match a write and has no @gate',
    ],
    [
      'that says no to reads',
      '@id("w") permit (principal, action, resource) when { context.risk != "read" };',
      'it may match a write and has no @gate',
    ],
    [
      'that mixes a question of Belay with tools',
      '@id("w") @gate("1 of sre") permit (principal, action in [Action::"belay.resume", Action::"kubernetes.scale"], resource);',
      'belay.* questions stand in a permit of their own',
    ],
    [
      'that answers a question of Belay under a condition',
      '@id("w") @gate("1 of sre") permit (principal, action == Action::"belay.resume", resource) when { context.dryRun };',
      'belay.* questions take a permit for everybody, without conditions',
    ],
    [
      'that forbids a question of Belay',
      '@id("w") forbid (principal, action == Action::"belay.resume", resource);',
      'belay.* questions take a permit for everybody',
    ],
    [
      'that lets a question of Belay answer itself',
      '@id("w") @gate("none") permit (principal, action == Action::"belay.resume", resource);',
      'belay.* questions need a person',
    ],
    [
      'that asks a target’s owner where there is no target',
      '@id("w") @gate("1 of team-owner") permit (principal, action == Action::"belay.resume", resource);',
      'team-owner is nobody',
    ],
  ])('%s', (_, text, problem) => {
    expect(problemsOf(text).join('\n')).toContain(problem);
  });

  test('whose id another one has, naming the other place', () => {
    const files = { 'a.cedar': `${OWN}\n${GATED};`, 'b.cedar': `\n\n${GATED};` };
    expect(problemsOf('', { files })).toEqual(['b.cedar:3: w: a.cedar:3 has this id too']);
  });

  test('that leaves a question of Belay open, with the line to add', () => {
    const [problem, ...more] = problemsOf('', {
      files: {
        'a.cedar': `${GATED};\n@id("c") @gate("1 of sre") permit (principal, action in [Action::"belay.choose", Action::"belay.settle"], resource);`,
      },
    });
    expect(more).toEqual([expect.stringContaining('no policy says who answers belay.except; add `@id("except")')]);
    expect(problem).toContain(
      'no policy says who answers belay.resume; add `@id("resume") @gate("1 of <group>") permit',
    );
  });

  test('all of them at once: each file, each line', () => {
    const problems = problemsOf('', {
      files: {
        'a.cedar': 'permit (principal);',
        'b.cedar': `${one('@gate("many")')}\n@id("x") @color("red") forbid (principal, action, resource);`,
      },
    });
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(/^a\.cedar:1: /);
    expect(problems[1]).toMatch(/^b\.cedar:1: w: @gate: /);
    expect(problems[2]).toMatch(/^b\.cedar:4: x: @color /);
  });
});

describe('a policy loads', () => {
  test.each([
    [
      'that permits reads without a gate',
      '@id("r") permit (principal, action, resource) when { context.risk == "read" };',
    ],
    [
      'that permits reads, said last',
      '@id("r") permit (principal, action, resource) when { context.dryRun && (principal in Group::"sre" && context.risk == "read") };',
    ],
    [
      'that permits a tool which reads',
      '@id("r") permit (principal, action == Action::"kubernetes.get_pods", resource);',
    ],
    [
      'that permits a system which only reads',
      '@id("r") permit (principal, action in [Action::"prometheus", Action::"kubernetes.get_pods"], resource);',
    ],
    ['that runs unasked, said so', '@id("n") @gate("none") permit (principal, action, resource);'],
    [
      'that asks the owner',
      '@id("o") @gate("2 of sre, 1 of team-owner") @escalate("2h: leads, 1d: team-owner") permit (principal, action, resource);',
    ],
    [
      'that guards what may not be there',
      `${GATED} when { resource has environment && resource.environment == "production" };`,
    ],
    ['that reads a tag nobody listed', `${GATED} when { resource.hasTag("tier") && resource.getTag("tier") == "1" };`],
    [
      'that knows the hour, the day and the money',
      `${GATED} when { context.at.toTime() < duration("9h") || context.weekday == "friday" || (context has money && context.money.amount.greaterThan(decimal("10.5"))) };`,
    ],
  ])('%s', (_, text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  test('with every file it is given, in whatever order they come', () => {
    const files = {
      'b.cedar': OWN,
      'a.cedar': Array.from(
        { length: 12 },
        (__, at) =>
          `@id("p${at}")\n@gate("1 of sre") permit (principal, action, resource) when { context.blastRadius.count > ${at} };`,
      ).join('\n'),
    };
    const { policies } = policyOf('', { files });
    expect(policies.map(({ id, line }) => [id, line])).toEqual([
      ...Array.from({ length: 12 }, (__, at) => [`p${at}`, at * 2 + 1]),
      ['own', 1],
    ]);
  });

  test('names no tool where no manifest is known', () => {
    const text = '@id("f") forbid (principal, action == Action::"kubernetes.scale", resource);';
    expect(problemsOf(text, { tools })).toEqual([]);
    expect(problemsOf(text, { tools: undefined }).join()).toContain('kubernetes.scale');
  });

  test('keeps what it answers to the questions of Belay apart', () => {
    const policy = policyOf(
      '@id("more") @gate("2 of sre") permit (principal, action == Action::"belay.resume", resource);',
      { directory },
    );
    expect(policy.own('resume')).toMatchObject({
      needs: [
        { count: 2, group: 'sre' },
        { count: 1, group: 'leads' },
      ].toReversed(),
      policies: ['own', 'more'],
    });
    expect(policy.own('settle')).toMatchObject({ needs: [{ count: 1, group: 'leads' }], policies: ['own'] });
    expect(policy.choice).toEqual(policy.own('choose'));
  });
});
