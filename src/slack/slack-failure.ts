import { webApi } from '@slack/bolt';
import { Failure } from '../domain/failure.ts';

/** What Slack's error codes mean for whoever runs Belay. */
const ADVICE: Readonly<Record<string, string>> = {
  channel_not_found: 'the channel is not there, or the app is not in it: invite it, and use the channel id (C…)',
  not_in_channel: 'the app is not in the channel: /invite it there',
  is_archived: 'the channel is archived',
  invalid_auth: 'SLACK_BOT_TOKEN is not valid',
  not_authed: 'SLACK_BOT_TOKEN is missing',
  token_revoked: 'SLACK_BOT_TOKEN was revoked: install the app again',
  token_expired: 'SLACK_BOT_TOKEN has expired: install the app again',
  account_inactive: 'the app was removed from the workspace: install it again',
  missing_scope: 'the app lacks a scope (docs/slack.md says which)',
};

/** Slack's own code (`channel_not_found`), where Slack answered at all. */
export const slackCode = (error: unknown): string | undefined =>
  error instanceof webApi.WebAPIPlatformError ? error.data.error : undefined;

/** Translates what Slack's client throws, once. `doing` starts the message. */
export function slackFailure(doing: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof webApi.WebAPIRateLimitedError) {
    return new Failure('retry.throttled', `${doing}: Slack asks to wait ${error.retryAfter} s`, {
      cause: error,
      retryAfterMs: error.retryAfter * 1_000,
    });
  }
  const code = slackCode(error);
  if (code === 'ratelimited') return new Failure('retry.throttled', `${doing}: Slack asks to wait`, { cause: error });
  if (code === undefined || code === 'internal_error' || code === 'fatal_error' || code === 'service_unavailable') {
    const why = error instanceof Error ? error.message : String(error);
    return new Failure('retry.unreachable', `${doing}: ${why}`, { cause: error });
  }
  const advice = ADVICE[code];
  return new Failure('stop.forbidden', `${doing}: ${code}${advice === undefined ? '' : ` (${advice})`}`, {
    cause: error,
  });
}
