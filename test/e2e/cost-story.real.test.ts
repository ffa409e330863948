import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { Money, sumsText } from '../../src/domain/money.ts';
import { describeReal } from '../support/parts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type BelayProgram, belayProgram } from './belay-program.ts';
import { type DemoEvent, eventsOf, inOrder } from './demo-story.ts';

const STORY = [
  'up',
  'broken',
  'run.started',
  'owners.asked',
  'item.kept',
  'plan.proposed',
  'gate.opened',
  'gate.decided',
  'action.executed',
  'run.verified',
  'savings.measured',
  'run.finished',
  'ledger.verified',
];

const Opened = z.looseObject({ count: z.number(), money: z.array(Money), largest: z.array(z.looseObject({})) });
const Saved = z.looseObject({ estimated: z.array(Money), approved: z.array(Money), realised: z.array(Money) });

/** What somebody has set up for their own accounts. Whoever follows any of it comes here. */
async function ownAccounts() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(403).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const home = temporaryFolder('aws-home');
  mkdirSync(join(home, '.aws'));
  const profile = `[profile own]\nrole_arn = arn:aws:iam::999988887777:role/admin\nsource_profile = own\nendpoint_url = ${url}\n`;
  writeFileSync(join(home, '.aws', 'config'), `${profile}[default]\nignore_configured_endpoint_urls = true\n`);
  writeFileSync(join(home, '.aws', 'credentials'), '[own]\naws_access_key_id = AKIAOWN\naws_secret_access_key = own\n');
  const env = {
    HOME: home,
    AWS_PROFILE: 'own',
    AWS_ENDPOINT_URL: url,
    AWS_ENDPOINT_URL_EC2: url,
    AWS_ENDPOINT_URL_STS: url,
    AWS_ACCESS_KEY_ID: 'AKIAOWN',
    AWS_SECRET_ACCESS_KEY: 'own',
    BELAY_AWS_ACCOUNTS: join(home, 'no-such-file.yaml'),
  };
  return { env, asked, stop: () => server.close() };
}

const one = <T>(events: readonly DemoEvent[], name: string, schema: z.ZodType<T>): T =>
  schema.parse(events.find(({ event }) => event === name));

describeReal('belay demo --story cost', ['temporal'], () => {
  let demo: BelayProgram | undefined;
  afterEach(async () => {
    await demo?.end();
    demo = undefined;
  });

  test('--yes: exactly what was asked is deleted, what its owner keeps stays, and what it saved is measured; nobody else’s accounts are reached', async () => {
    const own = await ownAccounts();
    demo = belayProgram(['demo', '--story', 'cost', '--yes', '--json'], own.env);
    expect({ code: await demo.ended, err: demo.err() }).toEqual({ code: 0, err: expect.any(String) });
    own.stop();
    expect(own.asked).toEqual([]);
    const events = eventsOf(demo);
    expect(inOrder(events, STORY)).toEqual(STORY);
    // Twelve of the fourteen are old enough and not tagged to be kept; an owner keeps one of them.
    const { count, money, largest } = one(events, 'gate.opened', Opened);
    expect([count, sumsText(money), largest.length]).toEqual([11, '933.60 USD', 5]);
    const executed = events.filter(({ event }) => event === 'action.executed');
    expect(new Set(executed.map(({ action }) => action)).size).toBe(count);
    expect(executed).toHaveLength(count);
    expect(events.find(({ event }) => event === 'run.verified')).toMatchObject({ verdict: 'healthy' });
    const { estimated, approved, realised } = one(events, 'savings.measured', Saved);
    expect([estimated, approved]).toEqual([money, money]);
    // Less than that, as the snapshots cost something too.
    expect(sumsText(realised)).toBe('562.10 USD');
    expect(events.find(({ event }) => event === 'run.finished')).toMatchObject({ outcome: 'fixed' });
    expect(demo.left()).toEqual([]);
  }, 240_000);

  test('--deny: nothing is executed, and that is the end it should have', async () => {
    demo = belayProgram(['demo', '--story', 'cost', '--deny', '--json']);
    expect({ code: await demo.ended, err: demo.err() }).toEqual({ code: 0, err: expect.any(String) });
    const events = eventsOf(demo);
    const denied = ['owners.asked', 'gate.opened', 'gate.decided', 'run.finished', 'ledger.verified'];
    expect(inOrder(events, denied)).toEqual(denied);
    expect(events.filter(({ event }) => ['action.executed', 'run.verified'].includes(event))).toEqual([]);
    expect(demo.left()).toEqual([]);
  }, 240_000);

  describe('with wrong options', () => {
    test.each([
      [['--story', 'cost', '--yes', '--kubeconfig', 'f', '--prometheus', 'http://p:9090'], 'story cost'],
      [['--story', 'flood', '--yes'], 'bad-deploy, cost, compliance'],
    ])('%j: one line, exit 2', async (options, said) => {
      demo = belayProgram(['demo', ...options]);
      expect(await demo.ended).toBe(2);
      expect(demo.err()).toContain(said);
      expect(demo.left()).toEqual([]);
    });
  });
});
