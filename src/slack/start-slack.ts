import { App, HTTPReceiver, SocketModeReceiver, webApi, type Receiver } from '@slack/bolt';
import type { RequestListener } from 'node:http';
import type { Announcer } from '../authority/announcer.ts';
import type { Doors } from '../authority/doors.ts';
import { createAnswers } from './answer.ts';
import { boltLogger } from './bolt-logger.ts';
import { handleCommands } from './commands/handle-command.ts';
import type { Desk } from './desk.ts';
import { handleInteractions } from './interactions.ts';
import type { Log } from './log.ts';
import { createPeople } from './people.ts';
import { guardRequests, MOST_BYTES } from './request-door.ts';
import { createSlackAnnouncer } from './slack-announcer.ts';
import { keepConnected } from './socket-connection.ts';
import { watchWorkspace } from './workspace.ts';

export interface SlackSettings {
  readonly botToken: string;
  /** HTTP mode: requests come to `requestListener`. */
  readonly signingSecret?: string | undefined;
  /** Socket Mode, which needs no public address. Wins when both are set, as it does at Slack. */
  readonly appToken?: string | undefined;
  /** Another Slack API (an emulator), up to and including `/api`. */
  readonly apiUrl?: string | undefined;
  /** Id of the channel for cards. */
  readonly channel: string;
  /** Where Belay's pages are, for links on cards; asked each time, since a port may be known only after listening. */
  readonly web?: (() => string | undefined) | undefined;
}

export interface SlackApp {
  readonly announcer: Announcer;
  /** HTTP mode only: for `POST /slack/events`. Reads the raw body itself, or takes `rawBody` from the request. */
  readonly requestListener?: RequestListener;
  /** `problem` is null once Slack has answered. */
  status(): { readonly mode: 'http' | 'socket'; readonly team: string | null; readonly problem: string | null };
  stop(): Promise<void>;
}

/** One Web API call may take this long; a person or the outbox waits for it. Milliseconds. */
const PATIENCE = 10_000;

/**
 * Opens the Slack door. Resolves at once, also while Slack is down: who we are there is asked in the background, and until
 * it is known nobody can decide here. Throws when settings are missing or empty.
 */
export async function startSlack(options: { settings: SlackSettings; doors: Doors; log: Log }): Promise<SlackApp> {
  const { settings, doors, log } = options;
  for (const [name, value] of Object.entries({ botToken: settings.botToken, channel: settings.channel }))
    if (value.trim() === '') throw new Error(`Slack: ${name} is empty`);
  const logger = boltLogger(log);
  const apiUrl = settings.apiUrl?.replace(/\/*$/u, '/');
  const clientOptions: webApi.WebClientOptions = {
    logger,
    // The outbox retries, and says so; a client that retries underneath would multiply that.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: PATIENCE,
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
  };
  const client = new webApi.WebClient(settings.botToken, clientOptions);
  const connection = connect(settings, clientOptions, log);
  const app = new App({
    receiver: connection.receiver,
    token: settings.botToken,
    tokenVerificationEnabled: false,
    ignoreSelf: false,
    convoStore: false,
    logger,
    clientOptions,
  });
  app.error(async (error) => log.error(`Slack: ${error.stack ?? error.message}`));

  const workspace = watchWorkspace(client, log);
  const desk: Desk = {
    doors,
    people: createPeople({ client, workspace, log }),
    answer: createAnswers({ client, log, responseHosts: isSlackItself(apiUrl) ? ['hooks.slack.com'] : undefined }),
    log,
    web: () => settings.web?.()?.replace(/\/*$/u, ''),
  };
  handleCommands(app, desk);
  handleInteractions(app, desk);
  const close = connection.open();

  return {
    announcer: createSlackAnnouncer({ client, channel: settings.channel, log, web: desk.web }),
    ...(connection.requestListener === undefined ? {} : { requestListener: connection.requestListener }),
    status: () => ({
      mode: connection.requestListener === undefined ? 'socket' : 'http',
      team: workspace.current()?.teamName ?? null,
      problem: workspace.problem() ?? null,
    }),
    stop: async () => {
      workspace.stop();
      await close();
    },
  };
}

/** An emulator answers from its own address; Slack only from its own. */
const isSlackItself = (apiUrl: string | undefined): boolean =>
  apiUrl === undefined || new URL(apiUrl).host === 'slack.com';

interface Connection {
  readonly receiver: Receiver;
  readonly requestListener?: RequestListener;
  /** Starts what must be started; returns its stop. */
  open(): () => Promise<void>;
}

function connect(settings: SlackSettings, clientOptions: webApi.WebClientOptions, log: Log): Connection {
  const { appToken, signingSecret } = settings;
  const logger = boltLogger(log);
  if (appToken !== undefined && appToken !== '') {
    const receiver = new SocketModeReceiver({
      appToken,
      logger,
      autoReconnectEnabled: false,
      installerOptions: { clientOptions },
    });
    return { receiver, open: () => keepConnected(receiver, log) };
  }
  if (signingSecret === undefined || signingSecret.trim() === '')
    throw new Error(
      'Slack: SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) is needed, and neither is set',
    );
  const receiver = new HTTPReceiver({
    signingSecret,
    logger,
    endpoints: '/slack/events',
    bodyLimit: MOST_BYTES,
    // No own server: the API server hands requests to the listener.
    port: 0,
  });
  const requestListener = guardRequests(receiver.requestListener, { signingSecret });
  return { receiver, requestListener, open: () => async () => undefined };
}
