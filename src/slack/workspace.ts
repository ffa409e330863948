import type { webApi } from '@slack/bolt';
import type { Log } from './log.ts';
import { slackFailure } from './slack-failure.ts';

/** The workspace our bot token belongs to. */
export interface Workspace {
  readonly team: string;
  readonly teamName: string;
  readonly botUser: string | undefined;
  readonly bot: string | undefined;
  /** Our app's id; undefined where Slack did not say. */
  readonly app: string | undefined;
  /** Scopes of the token; undefined where Slack did not say. */
  readonly scopes: readonly string[] | undefined;
}

export interface WorkspaceWatch {
  /** Undefined until Slack has answered `auth.test` once. */
  current(): Workspace | undefined;
  /** Why there is no workspace yet. */
  problem(): string | undefined;
  stop(): void;
}

/** What everything here needs, and what is lost without each. */
const WANTED: readonly [scope: string, without: string][] = [
  ['chat:write', 'no card can be posted'],
  ['users:read', 'nobody can decide here, because nobody can be told from a bot or a guest'],
  ['commands', 'there is no /belay'],
];

const SECOND = 1_000;
/** Slack's own incidents last minutes; asking once a minute is polite and soon enough. */
const SLOWEST = 60 * SECOND;

/** Learns whose token ours is; keeps asking in the background while Slack does not answer, and never throws. */
export function watchWorkspace(client: webApi.WebClient, log: Log): WorkspaceWatch {
  let workspace: Workspace | undefined;
  let problem: string | undefined = 'Slack has not answered yet';
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const ask = async (wait: number): Promise<void> => {
    try {
      workspace = await readWorkspace(client);
      problem = undefined;
      log.info(`Slack: connected to ${workspace.teamName} (${workspace.team})`);
      for (const [scope, without] of WANTED) {
        if (workspace.scopes?.includes(scope) === false)
          log.warn(`Slack: the app lacks the scope ${scope}: ${without} (docs/slack.md)`);
      }
    } catch (error) {
      const { message } = slackFailure('Slack does not know us yet', error);
      if (message !== problem)
        log.warn(`${message}. Trying again in the background; nobody can decide in Slack until then.`);
      problem = message;
      if (!stopped) timer = setTimeout(() => void ask(Math.min(wait * 2, SLOWEST)), wait).unref();
    }
  };
  void ask(SECOND);

  return {
    current: () => workspace,
    problem: () => problem,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function readWorkspace(client: webApi.WebClient): Promise<Workspace> {
  const { team_id: team, team: teamName, user_id: botUser, bot_id: bot, response_metadata } = await client.auth.test();
  if (!team) throw new Error('auth.test answered without a team');
  // An unknown app id only means that one check fewer can be made.
  const app =
    bot === undefined
      ? undefined
      : await client.bots.info({ bot }).then(
          ({ bot: info }) => info?.app_id,
          () => undefined,
        );
  const scopes = response_metadata?.scopes;
  return {
    team,
    teamName: teamName ?? team,
    botUser,
    bot,
    app,
    scopes: scopes === undefined || scopes.length === 0 ? undefined : scopes,
  };
}
