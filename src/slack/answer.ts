import type { types, webApi } from '@slack/bolt';
import type { SlackMessage } from './blocks.ts';
import type { Log } from './log.ts';
import { slackCode } from './slack-failure.ts';

/** Where an answer to one person can go. */
export interface ReplyTo {
  readonly user: string | undefined;
  readonly channel: string | undefined;
  readonly responseUrl: string | undefined;
  /** True when the clicked message was itself shown to this person only: then the answer takes its place. */
  readonly ephemeral?: boolean;
}

/** Answers one person, seen by nobody else. Never throws: that an answer was lost is logged. */
export type AnswerOne = (to: ReplyTo, message: SlackMessage | string) => Promise<void>;

/** Slack answers within this; an answer later than that is no use to a person. Milliseconds. */
const PATIENCE = 5_000;

/** First the request's own `response_url` (any channel, no scope), then an ephemeral message, then a direct message. */
export function createAnswers(options: {
  client: webApi.WebClient;
  log: Log;
  responseHosts: readonly string[] | undefined;
}): AnswerOne {
  const { client, log, responseHosts } = options;

  const respond = async (url: string, message: SlackMessage, replace: boolean): Promise<boolean> => {
    const { protocol, host } = new URL(url);
    if (responseHosts !== undefined && (protocol !== 'https:' || !responseHosts.includes(host))) return false;
    const { ok } = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...message, response_type: 'ephemeral', replace_original: replace }),
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE),
    });
    return ok;
  };

  const ways = (to: ReplyTo, message: SlackMessage): (() => Promise<boolean>)[] => [
    async () => to.responseUrl !== undefined && (await respond(to.responseUrl, message, to.ephemeral === true)),
    async () => {
      if (to.channel === undefined || to.user === undefined) return false;
      await client.chat.postEphemeral({ channel: to.channel, user: to.user, ...message });
      return true;
    },
    async () => {
      if (to.user === undefined) return false;
      await client.chat.postMessage({ channel: to.user, ...message, unfurl_links: false, unfurl_media: false });
      return true;
    },
  ];

  return async (to, given) => {
    const message: SlackMessage =
      typeof given === 'string'
        ? {
            text: given,
            blocks: [
              { type: 'section', text: { type: 'mrkdwn', text: given, verbatim: true } } satisfies types.SectionBlock,
            ],
          }
        : given;
    const problems: string[] = [];
    for (const way of ways(to, message)) {
      try {
        if (await way()) return;
      } catch (error) {
        problems.push(slackCode(error) ?? (error instanceof Error ? error.message : String(error)));
      }
    }
    log.warn(
      `Slack: an answer to ${to.user ?? 'somebody'} was lost (${problems.join('; ') || 'no way to reach them'})`,
    );
  };
}
