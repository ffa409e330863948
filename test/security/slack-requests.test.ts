import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { request } from 'node:http';
import { ACTIONS } from '../../src/slack/button-value.ts';
import { sampleGate, sampleOption, sampleRun, GATE, MANIFEST } from '../slack/sample-gate.ts';
import { startTestDoor, type TestDoor } from '../slack/start-test-door.ts';
import { FakeDoors } from '../support/fake-doors.ts';
import { blockAction, sendSlack, slackSignature } from '../support/signed-slack-request.ts';
import { until } from '../support/until.ts';

let door: TestDoor;
beforeAll(async () => {
  door = await startTestDoor();
});
afterAll(() => door.stop());

const option = sampleOption();
const approve = {
  actionId: ACTIONS.approve,
  value: JSON.stringify({ gate: GATE, option: option.id, digest: option.digest }),
};
const ada = () => ({ id: `slack:${door.slack.teamId}/${door.slack.users.ada}`, name: 'ada', door: 'slack' as const });

beforeEach(() => {
  door.proxy.meddle();
  door.doors = new FakeDoors(MANIFEST);
  door.doors.approvers = [ada().id];
  door.doors.add(sampleGate({ options: [option] }), sampleRun());
});

const signed = () => ({
  url: door.url,
  signingSecret: door.slack.signingSecret,
  body: blockAction(door.origin('ada'), approve),
  timestamp: Math.floor(Date.now() / 1_000),
});

/** Sent with these headers exactly as they are: fetch joins what is there twice. */
async function sendRaw(headers: [string, string][], body: string): Promise<number> {
  const sent = request(door.url, { method: 'POST', headers: headers.flat() });
  sent.end(body);
  const [answer] = await once(sent, 'response');
  answer.resume();
  return answer.statusCode;
}

describe('a signed request', () => {
  test('with two timestamps is refused, whichever of them was signed', async () => {
    const { body, timestamp, signingSecret } = signed();
    const others: [string, string][] = [
      ['host', new URL(door.url).host],
      ['content-type', 'application/x-www-form-urlencoded'],
      ['content-length', String(Buffer.byteLength(body))],
      ['x-slack-signature', slackSignature(signingSecret, timestamp, body)],
    ];
    const at = (seconds: number): [string, string] => ['x-slack-request-timestamp', String(seconds)];
    expect(await sendRaw([...others, at(timestamp), at(timestamp - 3_600)], body)).toBe(401);
    expect(await sendRaw([...others, at(timestamp - 3_600), at(timestamp)], body)).toBe(401);
    expect(door.doors.asked).toEqual([]);
    // The same request with one of them is the one that counts.
    expect(await sendRaw([...others, at(timestamp)], body)).toBe(200);
    await until('it is asked', () => door.doors.asked.length === 1);
  });

  test('captured and sent again, byte for byte, decides nothing more: not while the approval is open, not after', async () => {
    const captured = signed();
    const answers = door.answers().length;
    await sendSlack(captured);
    await until('it is decided', () => door.answers().length > answers);
    await sendSlack(captured);
    await until('the replay is answered', () => door.answers().length > answers + 1);
    door.doors.change(GATE, { state: 'done' });
    await sendSlack(captured);
    await until('the late replay is answered', () => door.answers().length > answers + 2);
    const told = door.answers().slice(answers);
    expect(told.map(({ text }) => /Approved|already counts/.exec(text)?.[0])).toEqual([
      'Approved',
      'already counts',
      'already counts',
    ]);
    expect((await door.doors.gate(GATE))?.decisions).toHaveLength(1);
  });

  test('is acknowledged while the authority hangs; the person is answered when it does', async () => {
    let release = (): void => undefined;
    door.doors.decideAnswer = () =>
      new Promise((resolve) => {
        release = () => resolve({ answer: 'refused', why: 'not-open', message: 'It is over.' });
      });
    const answers = door.answers().length;
    expect((await sendSlack(signed())).status).toBe(200);
    await until('it hangs', () => door.doors.asked.length === 1);
    expect(door.answers()).toHaveLength(answers);
    release();
    expect((await until('an answer', () => door.answers()[answers])).text).toContain('It is over.');
  });
});

describe('what Belay posts', () => {
  test('unfurls no link, whatever kind of message it is: no address in it is fetched', async () => {
    const before = door.proxy.calls.length;
    const { announcer } = door.app;
    const text = 'see https://evil.example/?secret=1';
    const at = await announcer.card(sampleGate({ id: 'g-unfur1' }), sampleRun(), undefined);
    await announcer.say(text, sampleRun(), at, 'unfurl 1');
    await announcer.say(text, sampleRun(), undefined, 'unfurl 2');
    await announcer.announce(text, 'unfurl 3');
    await announcer.page(text, [ada().id], sampleRun(), 'unfurl 4');
    const posts = door.proxy.calls.slice(before).filter(({ method }) => method === 'chat.postMessage');
    expect(posts.length).toBeGreaterThanOrEqual(5);
    for (const { args } of posts) expect(args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
  });
});
