import { afterEach, describe, expect, test } from '@jest/globals';
import { noPolicy } from '../support/no-policy.ts';
import { policyFolder } from '../authority/bundle/policy-folder.ts';
import { belay } from './belay.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';

const made: { remove(): void }[] = [];
let api: FakeApi | undefined;
afterEach(async () => {
  for (const one of made.splice(0)) one.remove();
  await api?.stop();
  api = undefined;
});

const folder = (files: Record<string, string> = {}): string => {
  const place = policyFolder(files);
  made.push(place);
  return place.folder;
};
const table = (text: string): string[] => text.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '));

const HOLDS = `tests:
  - { name: reads run, tool: kubernetes.get, context: { risk: read }, expect: run }
  - { name: writes ask, who: ann, tool: kubernetes.scale, expect: 'gate "1 of sre"', with: { selfApproval: false } }
`;
const FAILS = `tests:
  - { name: writes ask two, tool: kubernetes.scale, expect: 'gate "2 of sre"' }
  - { name: writes may be one's own, tool: kubernetes.scale, expect: 'gate "1 of sre"', with: { selfApproval: true } }
  - { name: writes are forbidden, tool: kubernetes.scale, expect: forbid freeze }
  - { name: no such tool, tool: kubernetes.fly, expect: run }
`;

describe('belay policy test', () => {
  test('shows each that does not hold, what was expected and what came, and ends with 1', async () => {
    const { out, code } = await belay(['policy', 'test', folder({ 'a.test.yaml': HOLDS, 'b.test.yaml': FAILS })]);
    expect(code).toBe(1);
    expect(table(out)).toEqual(
      expect.arrayContaining([
        '✓ a.test.yaml: 2 of 2 hold',
        '✗ b.test.yaml: 0 of 4 hold',
        'writes ask two | gate "2 of sre" | gate "1 of sre"',
        'writes may be one\'s own | gate "1 of sre" with {"selfApproval":true} | gate "1 of sre" with selfApproval false',
        'writes are forbidden | forbid freeze | gate "1 of sre"',
        'no such tool | run | no tool is called kubernetes.fly; give its risk in the context to ask about one that will be',
      ]),
    );
  });

  test('a folder that does not load, and one without tests, hold nothing', async () => {
    const [bad, none] = await Promise.all([
      belay(['policy', 'test', folder({ 'bad.cedar': 'permit (' })]),
      belay(['policy', 'test', folder()]),
    ]);
    expect([bad.code, none.code]).toEqual([1, 1]);
    expect(bad.err).toMatch(/does not load:\n {2}bad\.cedar:1: /);
    expect(none.err).toContain('loads, and has no tests');
  });
});

describe('belay policy explain', () => {
  const explain = (...more: string[]) => belay(['policy', 'explain', ...more]);

  test('of a folder, with tags and circumstances: what would happen, by which rule, and where it stands', async () => {
    const where = folder({
      'more.cedar': `@id("stop") @message("too many") forbid (principal, action, resource)
        when { resource.team == "shop" && context.blastRadius.count > 5 && context.incident.open && context.freezes.contains("b") };`,
    });
    const given = [
      '--tag',
      'team=shop',
      '--context',
      'blastRadius.count=6',
      '--context',
      'incident.open=true',
      '--context',
      'freezes=a,b',
    ];
    const { out } = await explain('kubernetes.scale', 'web', '--as', 'ann', '--folder', where, ...given);
    expect(out).toContain('It is forbidden: too many (stop)');
    expect(table(out)).toContain('stop | forbid | more.cedar:1');
  });

  test('without a folder asks the running Belay', async () => {
    const asked: unknown[] = [];
    api = await startFakeApi(({ path, body }) => {
      asked.push(body);
      return path === '/api/policy/explain'
        ? { body: { judgement: { say: 'run', policies: ['reads'] }, said: [] } }
        : undefined;
    });
    const at = ['--data', api.data, '--port', String(api.port)];
    const { out } = await explain('kubernetes.get', 'web', '--as', 'ann', '--context', 'risk=read', ...at);
    expect(out.trim()).toBe('It runs, and nobody is asked.');
    expect(asked).toMatchObject([
      { who: 'ann', tool: 'kubernetes.get', target: { name: 'web' }, context: { risk: 'read' } },
    ]);
  });
});

describe('of a running Belay', () => {
  const ask = async (what: string, body: unknown) => {
    api = await startFakeApi(() => ({ body }));
    return await belay(['policy', what, '--data', api.data, '--port', String(api.port)]);
  };

  test('show says what is in force, what it changed, and what does not load', async () => {
    const refused = { at: new Date().toISOString(), problems: ['a.cedar:1: \u001b[31munexpected end'] };
    const { out, code } = await ask('show', { ...(await noPolicy.policy()), commit: 'abc', refused });
    expect(code).toBe(0);
    expect(out).toContain('team from the default set team');
    expect(out).toMatch(/sha256:0+, commit abc/);
    expect(out).toContain('· the first: 1 policy');
    expect(out).toContain('✗ a.cedar:1: ⟨U+001B⟩[31munexpected end');
    expect(table(out)).toContain('reads | permit | writes.cedar:5');
  });

  test('reload of what does not load says why, and ends with 1', async () => {
    const { out, code } = await ask('reload', { answer: 'refused', hash: 'sha256:a', problems: ['a.cedar:1: no'] });
    expect(out).toMatch(/does not load; sha256:a stays in force.\n.*a\.cedar:1: no/);
    expect(code).toBe(1);
  });
});
