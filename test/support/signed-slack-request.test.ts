import { describe, expect, test } from '@jest/globals';
import { verifySlackRequest } from '@slack/bolt';
import { assert, pre, property, string } from 'fast-check';
import { blockAction, slackSignature, slashCommand, viewSubmission } from './signed-slack-request.ts';

const origin = { teamId: 'T1', userId: 'U1', channelId: 'C1' };
const payloadOf = (body: string): unknown => JSON.parse(new URLSearchParams(body).get('payload') ?? '');

describe('a request as Slack sends it', () => {
  test('is signed as the vendor documents it', () => {
    // The example of Slack's page on verifying requests.
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar' +
      '&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com' +
      '%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';

    expect(slackSignature('8f742231b10e8888abcd99yyyzzz85a5', 1_531_420_618, body)).toBe(
      'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    );
  });

  test("passes Bolt's check with its own secret and fails it with any other, whatever the text", () => {
    assert(
      property(string({ minLength: 1 }), string({ minLength: 1 }), string(), (secret, other, text) => {
        pre(secret !== other);
        const body = slashCommand(origin, '/belay', text);
        const timestamp = Math.floor(Date.now() / 1_000);
        const check = (signingSecret: string): void =>
          verifySlackRequest({
            signingSecret,
            body,
            headers: {
              'x-slack-signature': slackSignature(secret, timestamp, body),
              'x-slack-request-timestamp': timestamp,
            },
          });
        check(secret);
        expect(() => check(other)).toThrow('signature mismatch');
        expect(new URLSearchParams(body).get('text')).toBe(text);
      }),
    );
  });

  test('of a click on a message names message, channel and element; of one in a view, the view', () => {
    const click = { actionId: 'approve', value: 'g-1', messageTs: '7.000100' };
    expect(payloadOf(blockAction(origin, click))).toMatchObject({
      type: 'block_actions',
      user: { id: 'U1', team_id: 'T1' },
      channel: { id: 'C1' },
      container: { type: 'message', message_ts: '7.000100' },
      message: { ts: '7.000100' },
      actions: [{ type: 'button', action_id: 'approve', value: 'g-1' }],
    });
    const inView = payloadOf(blockAction(origin, { actionId: 'a', view: { id: 'V9', type: 'home' } }));
    expect(inView).toMatchObject({ container: { type: 'view', view_id: 'V9' }, view: { type: 'home' } });
    expect(inView).not.toHaveProperty('message');
  });

  test('of a submission carries the values and the private metadata', () => {
    const values = { reason: { text: { type: 'plain_text_input', value: 'ä & =' } } };
    const body = viewSubmission(origin, { callbackId: 'deny', values, privateMetadata: 'g-1' });

    expect(payloadOf(body)).toMatchObject({
      type: 'view_submission',
      view: { callback_id: 'deny', private_metadata: 'g-1', state: { values } },
    });
  });
});
