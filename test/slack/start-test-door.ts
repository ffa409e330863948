import type { types } from '@slack/bolt';
import { z } from 'zod';
import { startSlack, type SlackApp } from '../../src/slack/start-slack.ts';
import { FakeDoors } from '../support/fake-doors.ts';
import {
  blockAction,
  sendSlack,
  slashCommand,
  type SlackClick,
  type SlackOrigin,
} from '../support/signed-slack-request.ts';
import { startEmulatedSlack, type RunningSlack, type SlackPerson } from '../support/start-emulated-slack.ts';
import { until } from '../support/until.ts';
import { bodyOf, listen } from './listen.ts';
import { MANIFEST } from './sample-gate.ts';
import { startSlackProxy, type Meddle, type SlackProxy } from './slack-proxy.ts';

/** An answer that only one person sees, as it arrived at the `response_url`. */
const Answer = z.object({
  text: z.string(),
  blocks: z.array(z.custom<types.KnownBlock>((value) => typeof value === 'object')),
  replace_original: z.boolean(),
  response_type: z.literal('ephemeral'),
});
export type Answer = z.infer<typeof Answer>;

/** Belay's Slack door on a socket, in front of an emulated Slack and with an authority in memory. */
export interface TestDoor {
  readonly slack: RunningSlack;
  readonly proxy: SlackProxy;
  readonly app: SlackApp;
  readonly url: string;
  readonly logged: string[];
  /** A fresh authority; the door keeps using the newest. */
  doors: FakeDoors;
  origin(who: SlackPerson): SlackOrigin;
  /** Clicks and waits for what the person is told. */
  click(who: SlackPerson, click: SlackClick, change?: Partial<SlackOrigin>): Promise<Answer>;
  /** Types `/belay <text>` and waits for the answer. */
  type(who: SlackPerson, text: string, change?: Partial<SlackOrigin>): Promise<Answer>;
  answers(): readonly Answer[];
  stop(): Promise<void>;
}

/** `meddle`: with Slack's first answers already. */
export async function startTestDoor(meddle?: Meddle): Promise<TestDoor> {
  const slack = await startEmulatedSlack();
  const proxy = await startSlackProxy(slack.apiUrl);
  proxy.meddle(meddle);
  const answers: Answer[] = [];
  const logged: string[] = [];
  const note = (message: string): void => void logged.push(message);
  const test: { doors: FakeDoors } = { doors: new FakeDoors(MANIFEST) };
  const app = await startSlack({
    settings: { ...slack, apiUrl: proxy.apiUrl, channel: slack.channelId, web: () => 'https://belay.example/' },
    // Each test brings its own authority, the door stays.
    doors: new Proxy(test.doors, {
      get: (_, name) => {
        const found: unknown = Reflect.get(test.doors, name, test.doors);
        return typeof found === 'function' ? (found.bind(test.doors) as unknown) : found;
      },
    }),
    log: { debug: () => undefined, info: note, warn: note, error: note },
  });
  const server = await listen((req, res) => {
    if (req.url === '/respond') {
      void bodyOf(req).then((body) => answers.push(Answer.parse(JSON.parse(body))));
      res.end('ok');
    } else app.requestListener?.(req, res);
  });
  const base = server.url;
  const url = `${base}/slack/events`;
  await until('Slack knows us', () => app.status().problem === null);

  const origin = (who: SlackPerson): SlackOrigin => ({
    teamId: slack.teamId,
    userId: slack.users[who],
    channelId: slack.channelId,
    responseUrl: `${base}/respond`,
  });
  const send = async (body: string): Promise<Answer> => {
    const before = answers.length;
    const { status } = await sendSlack({ url, signingSecret: slack.signingSecret, body });
    if (status !== 200) throw new Error(`answered ${status}`);
    return until('there is an answer', () => answers[before]);
  };
  return {
    slack,
    proxy,
    app,
    url,
    logged,
    get doors() {
      return test.doors;
    },
    set doors(doors) {
      test.doors = doors;
    },
    origin,
    click: (who, click, change) => send(blockAction({ ...origin(who), ...change }, click)),
    type: (who, text, change) => send(slashCommand({ ...origin(who), ...change }, '/belay', text)),
    answers: () => answers,
    stop: async () => {
      await app.stop();
      await server.stop();
      await proxy.stop();
      await slack.stop();
    },
  };
}
