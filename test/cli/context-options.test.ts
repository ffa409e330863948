import { describe, expect, test } from '@jest/globals';
import { contextOf, pairsOf } from '../../src/cli/context-options.ts';

describe('circumstances on a command line', () => {
  test('are read as what they are', () => {
    const given = [
      'risk=write',
      'incident.open=true',
      'incident.responder=ada',
      'blastRadius.percent=12.5',
      'freezes=a,b',
    ];
    expect(contextOf([...given, 'dryRun=false', 'runbook=cost/a=b'])).toEqual({
      risk: 'write',
      incident: { open: true, responder: 'ada' },
      blastRadius: { percent: 12.5 },
      freezes: ['a', 'b'],
      dryRun: false,
      runbook: 'cost/a=b',
    });
    expect(contextOf(['freezes='])).toEqual({ freezes: [] });
    expect(contextOf([])).toEqual({});
  });

  test.each([
    ['mood=good', /mood/],
    ['risk', /give it as key=value/],
    ['risk=high', /risk/],
    ['blastRadius.count=many', /blastRadius\.count: "many" is not valid/],
    ['dryRun=yes', /dryRun: "yes" is not valid/],
    ['at=now', /at/],
    ['__proto__.x=1', /--context/],
  ])('%s is refused with exit 2, naming it', (given, problem) => {
    expect(() => contextOf([given])).toThrow(problem);
    expect(() => contextOf([given])).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  test('tags are pairs', () => {
    expect(pairsOf('--tag', ['team=shop', 'tier=a=b', 'empty='])).toEqual([
      ['team', 'shop'],
      ['tier', 'a=b'],
      ['empty', ''],
    ]);
    expect(() => pairsOf('--tag', ['team'])).toThrow('--tag team: give it as key=value');
  });
});
