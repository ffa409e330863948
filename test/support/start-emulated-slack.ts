import { webApi } from '@slack/bolt';
import { randomBytes } from 'node:crypto';
import { createEmulator } from 'emulate';
import { freePort } from './free-ports.ts';

/** The people of the emulated workspace, by their Slack name. */
export const SLACK_PEOPLE = ['ada', 'grace', 'mallory'] as const;

/** A Slack person's name. */
export type SlackPerson = (typeof SLACK_PEOPLE)[number];

/** An emulated Slack Web API that is up, on loopback, with one bot, one channel and three people. */
export interface RunningSlack {
  /** For `SLACK_API_URL` and `clientOptions.slackApiUrl`; ends with a slash. */
  readonly apiUrl: string;
  readonly botToken: string;
  /** What requests to Belay are signed with; see signed-slack-request.ts. */
  readonly signingSecret: string;
  readonly teamId: string;
  readonly appId: string;
  readonly botUserId: string;
  /** Of `#ops`. */
  readonly channelId: string;
  /** User ids. */
  readonly users: Readonly<Record<SlackPerson, string>>;
  /** As the bot; its retries are off. */
  readonly client: webApi.WebClient;
  /** A trigger id as Slack puts it into each interaction: good once, for three seconds. */
  readonly triggerId: (userId: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

const APP_ID = 'A0BELAY0001';
const BOT_USER_ID = 'U0BELAYBOT1';

/** Starts the emulated Web API in this process. It sends nothing by itself: clicks and commands are the test's. */
export async function startEmulatedSlack(): Promise<RunningSlack> {
  const botToken = `xoxb-${randomBytes(12).toString('hex')}`;
  const signingSecret = randomBytes(16).toString('hex');
  const port = await freePort();
  const emulator = await createEmulator({
    service: 'slack',
    port,
    baseUrl: `http://127.0.0.1:${port}`,
    seed: {
      slack: {
        team: { name: 'Test', domain: 'test' },
        users: SLACK_PEOPLE.map((name) => ({ name, real_name: name, email: `${name}@example.com` })),
        channels: [{ name: 'ops' }],
        oauth_apps: [
          {
            app_id: APP_ID,
            client_id: '1.1',
            client_secret: 'unused',
            name: 'Belay',
            redirect_uris: [],
            bot_name: 'belay',
            bot_id: 'B0BELAYBOT1',
            bot_user_id: BOT_USER_ID,
          },
        ],
        tokens: [{ token: botToken, user: BOT_USER_ID, app_id: APP_ID, bot_id: 'B0BELAYBOT1', type: 'bot' }],
      },
    },
  });
  const apiUrl = `http://127.0.0.1:${port}/api/`;
  const client = new webApi.WebClient(botToken, { slackApiUrl: apiUrl, retryConfig: { retries: 0 } });
  const [{ team_id: teamId }, { channels = [] }, { members = [] }] = await Promise.all([
    client.auth.test(),
    client.conversations.list(),
    client.users.list({}),
  ]);
  const idOf = (name: string): string => must(members.find((member) => member.name === name)?.id, `user ${name}`);
  return {
    apiUrl,
    botToken,
    signingSecret,
    teamId: must(teamId, 'team'),
    appId: APP_ID,
    botUserId: BOT_USER_ID,
    channelId: must(channels.find((channel) => channel.name === 'ops')?.id, 'channel #ops'),
    users: { ada: idOf('ada'), grace: idOf('grace'), mallory: idOf('mallory') },
    client,
    triggerId: async (userId) => {
      const answer = await client.apiCall('views.generateTriggerId', { user_id: userId });
      if (!('trigger_id' in answer)) throw new Error('the emulated Slack gave no trigger id');
      return String(answer.trigger_id);
    },
    stop: () => emulator.close(),
  };
}

function must(value: string | undefined, what: string): string {
  if (value === undefined) throw new Error(`the emulated Slack has no ${what}`);
  return value;
}
