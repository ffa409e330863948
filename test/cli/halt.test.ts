import { describe, expect, test } from '@jest/globals';
import { useFakeApi } from './use-fake-api.ts';

const { against, posted } = useFakeApi();

const HALT = {
  id: 'h-7k2m9q',
  scope: { kind: 'tool', value: 'kubernetes.scale' },
  undo: false,
  reason: 'scaled the wrong way',
  by: { id: 'slack:T1/U2', name: 'Ada', door: 'slack' },
  at: new Date().toISOString(),
  gate: 'g-7k2m9q',
  liftedAt: null,
};

describe('halt', () => {
  test.each([
    [['--reason', 'x'], { scope: { kind: 'all' }, undo: false, reason: 'x' }],
    [
      ['--scope', 'tool:kubernetes.scale', '--undo', '--reason', 'x'],
      { scope: { kind: 'tool', value: 'kubernetes.scale' }, undo: true, reason: 'x' },
    ],
    [
      ['--scope', 'target', '--name', 'kubernetes:u/shop', '--reason', 'x'],
      { scope: { kind: 'target', value: 'kubernetes:u/shop' }, undo: false, reason: 'x' },
    ],
  ])('%j asks for %j', async (args, body) => {
    const ended = await against({ 'POST /api/halt': { status: 201, body: HALT } }, 'halt', ...args);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toContain('Halted tool kubernetes.scale (h-7k2m9q)');
    expect(ended.out).toContain('belay resume h-7k2m9q');
    expect(posted()).toEqual([body]);
  });

  test.each([
    [['--scope', 'tool', '--reason', 'x'], '--scope tool needs to know which'],
    [['--scope', 'everything', '--reason', 'x'], '"everything" is no scope'],
  ])('%j is a mistake of usage and halts nothing', async (args, message) => {
    const ended = await against({}, 'halt', ...args);
    expect(ended.code).toBe(2);
    expect(ended.err).toContain(message);
    expect(posted()).toEqual([]);
  });

  test('alone shows who halted what and why, inert', async () => {
    const nasty = { ...HALT, reason: 'a\u001b[2Jb\nc' };
    const ended = await against({ 'GET /api/halts': { body: { halts: [nasty] } } }, 'halt');
    expect(ended.out).toContain('HALTED tool kubernetes.scale by Ada');
    expect(ended.out).not.toContain('\u001b[2J');
    expect(posted()).toEqual([]);
    expect((await against({ 'GET /api/halts': { body: { halts: [] } } }, 'halt')).out).toBe('Nothing is halted.\n');
  });
});

describe('resume', () => {
  const answer = (lifted: boolean, missing: string[]) => ({
    'POST /api/resume': { body: { halt: HALT.id, gate: HALT.gate, lifted, missing } },
  });

  test('says that it is over, or who is missing', async () => {
    expect((await against(answer(true, []), 'resume')).out).toBe('Resumed: h-7k2m9q is over.\n');
    expect(posted()).toEqual([{}]);
    const ended = await against(answer(false, ['1 of leads']), 'resume', HALT.id, '--reason', 'safe');
    expect(ended.out).toContain('still missing: 1 of leads (g-7k2m9q)');
    expect(posted()).toEqual([{ halt: HALT.id, reason: 'safe' }]);
  });

  test('refused ends with 1 and says why', async () => {
    const body = { detail: 'You asked for this, so somebody else must decide it.' };
    const refusal = { status: 403, type: 'application/problem+json', body };
    const ended = await against({ 'POST /api/resume': refusal }, 'resume');
    expect(ended).toEqual({ code: 1, out: '', err: `belay: ${body.detail}\n` });
  });
});

describe('freeze', () => {
  const FREEZE = { ...HALT, id: 'f-7k2m9q', from: '2026-12-24T00:00:00.000Z', to: '2026-12-27T00:00:00.000Z' };

  test('add sends moments with their zone', async () => {
    const args = ['--from', '2026-12-24T01:00+01:00', '--to', '2026-12-27T00:00:00Z', '--reason', 'holidays'];
    const ended = await against({ 'POST /api/freezes': { status: 201, body: FREEZE } }, 'freeze', 'add', ...args);
    expect(ended.out).toBe('Freeze f-7k2m9q over tool kubernetes.scale from 2026-12-24 00:00Z to 2026-12-27 00:00Z.\n');
    const times = { from: FREEZE.from, to: FREEZE.to };
    expect(posted()).toEqual([{ scope: { kind: 'all' }, ...times, reason: 'holidays' }]);
  });

  test('add with what is no moment is a mistake of usage', async () => {
    const ended = await against({}, 'freeze', 'add', '--to', 'friday', '--reason', 'x');
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('--to "friday" is no moment') });
  });

  test('list shows them with who and why; lift says that one is over', async () => {
    const listed = await against({ 'GET /api/freezes': { body: { freezes: [FREEZE] } } }, 'freeze', 'list');
    expect(listed.out).toMatch(/f-7k2m9q .*tool kubernetes\.scale .*2026-12-24 00:00Z .*Ada .*scaled the wrong way/);
    const path = `POST /api/freezes/${FREEZE.id}/lift`;
    expect((await against({ [path]: { body: {} } }, 'freeze', 'lift', FREEZE.id)).out).toContain('is over');
  });
});
