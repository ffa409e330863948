import { webApi } from '@slack/bolt';
import type { NarrowingSource } from '../authority/people/narrowing.ts';
import { slackFailure } from './slack-failure.ts';

/** Slack's own order of time for one call; the authority waits no longer than it says. Milliseconds. */
const PATIENCE = 5_000;

/**
 * Who is in a user group of our workspace, as `slack:<team>/<user>`, by the bot token and its scope `usergroups:read`.
 * The team is the token's own, so that nobody of another workspace is ever among them.
 */
export function slackUserGroups({
  botToken,
  apiUrl,
}: {
  botToken: string;
  apiUrl?: string | undefined;
}): NarrowingSource {
  const client = new webApi.WebClient(botToken, {
    // Whoever clicked waits; they can click again.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: PATIENCE,
    logLevel: webApi.LogLevel.ERROR,
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl.replace(/\/*$/u, '/') }),
  });
  let team: string | undefined;
  return async (id) => {
    try {
      team ??= (await client.auth.test()).team_id;
      if (team === undefined || team === '') throw new Error('Slack does not say which workspace the token is of');
      const { users } = await client.usergroups.users.list({ usergroup: id });
      if (!users) throw new Error('Slack answers without a list');
      return users.map((user) => `slack:${team}/${user}`);
    } catch (error) {
      throw slackFailure(`user group ${id}`, error);
    }
  };
}
