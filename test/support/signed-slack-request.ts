import { createHmac } from 'node:crypto';

/** Where it comes from: what Slack tells about the workspace and the person. */
export interface SlackOrigin {
  readonly teamId: string;
  readonly userId: string;
  readonly userName?: string;
  readonly channelId: string;
  readonly appId?: string;
  /** Needed where the app opens a modal: it is good once, for three seconds. */
  readonly triggerId?: string;
  /** Where the app may answer later; a listener of the test's own. */
  readonly responseUrl?: string;
}

/** What to send, and where. */
export interface SignedRequest {
  readonly url: string;
  readonly signingSecret: string;
  /** The raw form body, by one of the builders below. */
  readonly body: string;
  /** Seconds since 1970; now unless given. Slack's receivers refuse what is older than five minutes. */
  readonly timestamp?: number;
  /** Adds to, or spoils, the headers that would be sent. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Slack's proof for a body: `v0=` and the hex HMAC-SHA256 of `v0:<timestamp>:<body>`. */
export function slackSignature(signingSecret: string, timestamp: number, body: string): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

/** Posts a body to Belay as Slack would, signed. Gives the answer as it came. */
export async function sendSlack(request: SignedRequest): Promise<Response> {
  const { url, signingSecret, body, timestamp = Math.floor(Date.now() / 1_000), headers = {} } = request;
  return fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(timestamp),
      'x-slack-signature': slackSignature(signingSecret, timestamp, body),
      ...headers,
    },
  });
}

/** The body of `/command text`. */
export function slashCommand(origin: SlackOrigin, command: string, text = ''): string {
  return new URLSearchParams({
    token: 'unused',
    team_id: origin.teamId,
    team_domain: 'test',
    channel_id: origin.channelId,
    channel_name: 'ops',
    user_id: origin.userId,
    user_name: origin.userName ?? 'someone',
    command,
    text,
    api_app_id: origin.appId ?? 'A0BELAY0001',
    is_enterprise_install: 'false',
    response_url: origin.responseUrl ?? 'http://127.0.0.1:9/unused',
    trigger_id: origin.triggerId ?? '1.1.unused',
  }).toString();
}

/** A click: which element, on which message (or in which view). */
export interface SlackClick {
  readonly actionId: string;
  readonly blockId?: string;
  readonly value?: string;
  /** The `ts` of the message that has the button. */
  readonly messageTs?: string;
  /** The message as it stands, where the app reads it. */
  readonly message?: Readonly<Record<string, unknown>>;
  /** The open view, for an element in a modal or on the Home tab. */
  readonly view?: Readonly<Record<string, unknown>>;
  /** Laid over the action: `type`, `selected_option`, …; a plain button unless given. */
  readonly action?: Readonly<Record<string, unknown>>;
}

/** The body of a click on an element of a message, a modal or the Home tab. */
export function blockAction(origin: SlackOrigin, click: SlackClick): string {
  const { actionId, blockId = 'b', value, messageTs = '1.000100', message, view, action } = click;
  const inMessage = {
    container: { type: 'message', message_ts: messageTs, channel_id: origin.channelId, is_ephemeral: false },
    channel: { id: origin.channelId, name: 'ops' },
    message: { type: 'message', ts: messageTs, text: '', ...message },
    response_url: origin.responseUrl ?? 'http://127.0.0.1:9/unused',
  };
  const inView = { container: { type: 'view', view_id: view?.['id'] }, view };
  return interaction(origin, {
    type: 'block_actions',
    ...(view === undefined ? inMessage : inView),
    state: view?.['state'] ?? { values: {} },
    actions: [
      {
        type: 'button',
        action_id: actionId,
        block_id: blockId,
        text: { type: 'plain_text', text: 'Button', emoji: true },
        action_ts: String(Date.now() / 1_000),
        ...(value === undefined ? {} : { value }),
        ...action,
      },
    ],
  });
}

/** A modal that is sent. */
export interface SlackSubmission {
  readonly callbackId: string;
  /** Block id → action id → its state, such as `{ type: 'plain_text_input', value: 'x' }`. */
  readonly values: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly privateMetadata?: string;
  /** Laid over the view: `id`, `hash`, `blocks`, … */
  readonly view?: Readonly<Record<string, unknown>>;
}

/** The body of a modal's submission. */
export function viewSubmission(origin: SlackOrigin, submission: SlackSubmission): string {
  const { callbackId, values, privateMetadata = '', view } = submission;
  return interaction(origin, {
    type: 'view_submission',
    response_urls: [],
    view: {
      id: 'V0000000001',
      team_id: origin.teamId,
      type: 'modal',
      blocks: [],
      callback_id: callbackId,
      private_metadata: privateMetadata,
      state: { values },
      hash: '1.unused',
      title: { type: 'plain_text', text: 'Modal' },
      clear_on_close: false,
      notify_on_close: false,
      previous_view_id: null,
      root_view_id: 'V0000000001',
      app_id: origin.appId ?? 'A0BELAY0001',
      external_id: '',
      app_installed_team_id: origin.teamId,
      bot_id: 'B0BELAYBOT1',
      ...view,
    },
  });
}

function interaction(origin: SlackOrigin, payload: Readonly<Record<string, unknown>>): string {
  const name = origin.userName ?? 'someone';
  const common = {
    user: { id: origin.userId, username: name, name, team_id: origin.teamId },
    team: { id: origin.teamId, domain: 'test' },
    api_app_id: origin.appId ?? 'A0BELAY0001',
    token: 'unused',
    trigger_id: origin.triggerId ?? '1.1.unused',
    is_enterprise_install: false,
    enterprise: null,
  };
  return new URLSearchParams({ payload: JSON.stringify({ ...common, ...payload }) }).toString();
}
