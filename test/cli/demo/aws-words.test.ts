import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sumsText } from '../../../src/domain/money.ts';
import { clientAt } from '../../../src/cli/client.ts';
import { wordsOf } from '../../../src/cli/demo/aws-words.ts';
import { followRun } from '../../../src/cli/demo/follow.ts';
import type { DemoEvent } from '../../../src/cli/demo/teller.ts';
import { batchItemsSample, batchOptionSample, batchSample } from '../../support/batch-sample.ts';
import { GATE } from '../examples.ts';
import { type FakeApi, startFakeApi } from '../fake-api.ts';

const RUN = GATE.run;
const OPTION = batchOptionSample(batchSample(batchItemsSample(RUN, 30)));
const MANY = { ...GATE, kind: 'batch', options: [OPTION] };
const LEDGER: [kind: string, body: object][] = [
  ['run.bound', {}],
  ['list.asked', { list: 'volumes', owners: 3, until: '2026-11-27T10:00:00.000Z' }],
  ['item.kept', { list: 'volumes', keys: ['a'], by: 'ada', reason: 'the drill', until: '2026-12-28T00:00:00.000Z' }],
  [
    'scan.recorded',
    {
      scan: 's-1',
      scanner: 'a-scanner',
      counts: { FAIL: 8, PASS: 10, MANUAL: 0, MUTED: 0 },
      changes: { fresh: 8, reopened: 0, gone: 1 },
    },
  ],
  ['gate.opened', { gate: MANY.id }],
  ['gate.decided', { gate: MANY.id, state: 'approved', option: 'all' }],
  ['action.executed', { action: `${RUN}/1`, summary: 'Deleted volume vol-1' }],
  ['run.verified', { verdict: 'healthy', checks: [{ name: 'prod: volumes', seen: '2 gone', expected: '2 gone' }] }],
  [
    'savings.measured',
    {
      estimated: [{ amount: '12.5', currency: 'USD' }],
      approved: [{ amount: '10', currency: 'USD' }],
      realised: [],
      source: 'a price table',
    },
  ],
  ['run.finished', { outcome: 'fixed' }],
];

let api: FakeApi;
beforeEach(async () => {
  const items = [['ada'], ['grace'], ['ada'], []].map((owners) => ({ owners }));
  const decided = { decision: 'approve', person: { id: 'local:ada', name: 'Ada' }, at: '2026-11-27T10:00:00.000Z' };
  const answers: Record<string, object> = {
    [`/api/ledger?run=${RUN}`]: { entries: LEDGER.map(([kind, body], at) => ({ seq: at + 1, kind, body })) },
    [`/api/runs/${RUN}`]: {
      runbook: 'cost/unattached-volumes',
      steps: [{ seq: LEDGER.length, kind: 'run.finished', text: 'over' }],
    },
    [`/api/runs/${RUN}/lists/volumes?limit=500`]: { items },
    [`/api/gates/${MANY.id}`]: {
      ...MANY,
      state: 'approved',
      decisions: [{ ...decided, without: [`${RUN}/2`] }, decided],
    },
  };
  api = await startFakeApi(({ path }) => answers[path] && { body: answers[path] });
});
afterEach(() => api.stop());

async function told() {
  const lines: [event: DemoEvent, text: string, fields?: object][] = [];
  const client = clientAt({ url: api.url, token: 'the-token' });
  const teller = { event: (...line: (typeof lines)[number]) => void lines.push(line), say: () => undefined };
  await followRun(client, teller, RUN, wordsOf(client, RUN)).until('run.finished', 1000);
  return lines;
}

describe('a story about many things', () => {
  test('is told from the record, with how many, for how much, who is asked and what was taken out', async () => {
    expect((await told()).map(([event, text]) => `${event}: ${text}`)).toEqual([
      `run.started: ${RUN} of cost/unattached-volumes started`,
      'owners.asked: asked in Slack whether they keep something: ada about 2, grace about 1, the channel about 1',
      'item.kept: ada keeps one until 2026-12-27: “the drill”',
      'scan.recorded: scanned by a-scanner: 8 failing, 10 passing; 8 new, 1 gone',
      `gate.opened: ${MANY.id} asks for one approval of exactly 30, ${sumsText(OPTION.batch?.money ?? [])} a month`,
      `gate.decided: ${MANY.id} approved by Ada; 1 taken out`,
      'action.executed: Deleted volume vol-1',
      'run.verified: healthy: prod: volumes 2 gone',
      'savings.measured: a month: estimated 12.50 USD, approved 10.00 USD, realised no price known',
      'run.finished: over',
    ]);
  });

  test('tells programs what the record has', async () => {
    const fields = Object.fromEntries((await told()).map(([event, , more]) => [event, more]));
    expect(fields).toMatchObject({
      'gate.opened': { run: RUN, gate: MANY.id, count: 30, largest: OPTION.batch?.largest },
      'gate.decided': { state: 'approved', takenOut: 1 },
      'item.kept': { keys: ['a'], by: 'ada' },
      'savings.measured': { approved: [{ amount: '10', currency: 'USD' }] },
      'run.verified': { verdict: 'healthy' },
    });
  });
});
