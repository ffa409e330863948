import { outsideLists, type NarrowingSources, type OutsideLists } from '../../authority/people/narrowing.ts';
import { pagerDutySchedules } from '../../authority/people/pagerduty-schedules.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import { slackUserGroups } from '../../slack/user-groups.ts';

/** What the configuration says can narrow a group: Slack's user groups and PagerDuty's schedules. */
export function narrowingOf(configuration: Configuration, now: () => Date): OutsideLists {
  const { SLACK_BOT_TOKEN: botToken, SLACK_API_URL: apiUrl } = configuration;
  const { PAGERDUTY_TOKEN: token, PAGERDUTY_API_URL: url } = configuration;
  const sources: NarrowingSources = {
    ...(botToken === undefined ? {} : { 'slack-usergroup': slackUserGroups({ botToken, apiUrl }) }),
    ...(token === undefined ? {} : { 'pagerduty-schedule': pagerDutySchedules({ token, url }) }),
  };
  return outsideLists(sources, now);
}
