import type { webApi } from '@slack/bolt';
import { MEMBERSHIP_AGE } from '../authority/people/membership-age.ts';
import type { Person } from '../domain/person.ts';
import type { Log } from './log.ts';
import { slackCode } from './slack-failure.ts';
import type { WorkspaceWatch } from './workspace.ts';

/** Who sent a request, as its signed body says. */
export interface Sender {
  readonly team: string | undefined;
  readonly user: string | undefined;
  /** The sender's own team; another one than `team` for people of a connected workspace. */
  readonly userTeam?: string | undefined;
  readonly bot?: string | undefined;
  readonly app?: string | undefined;
  readonly enterpriseInstall?: boolean | undefined;
}

/** A person of our workspace, or why the request counts for nothing; `refused` is meant for the sender. */
export type Identified = { readonly person: Person } | { readonly refused: string };

export interface People {
  identify(sender: Sender): Promise<Identified>;
}

/** More people than this within a minute are looked up again. */
const MOST_KNOWN = 1_000;

/**
 * Tells members of our workspace from everybody and everything else: bots, workflows, guests, strangers from connected
 * workspaces, deactivated accounts. Looked up at the click; no answer from Slack means no.
 */
export function createPeople(options: {
  client: webApi.WebClient;
  workspace: WorkspaceWatch;
  log: Log;
  now?: () => number;
}): People {
  const { client, workspace, log, now = Date.now } = options;
  const known = new Map<string, { identified: Identified; at: number }>();
  /** Somebody made a guest or removed can act for at most this long; after a clock was set back, no longer at all. */
  const isFresh = (at: number): boolean => now() - at >= 0 && now() - at < MEMBERSHIP_AGE.fresh;

  const lookUp = async (team: string, user: string): Promise<Identified> => {
    const { user: info } = await client.users.info({ user });
    const refused = info && whyNot(info, team);
    if (refused !== undefined) return { refused };
    // An answer about somebody else says nothing of who asked.
    if (info?.id !== user) return { refused: 'Slack does not know you.' };
    const name = info.profile?.real_name || info.real_name || info.name || user;
    return { person: { id: `slack:${team}/${user}`, name: name.slice(0, 200), door: 'slack' } };
  };

  return {
    async identify({ team, user, userTeam, bot, app, enterpriseInstall }) {
      const ours = workspace.current();
      if (ours === undefined)
        return { refused: `Belay cannot tell who you are yet (${workspace.problem() ?? 'Slack has not answered'}).` };
      if (bot !== undefined) return { refused: 'Bots and workflows cannot act here; only people can.' };
      if (team !== ours.team || (userTeam !== undefined && userTeam !== ours.team) || enterpriseInstall === true) {
        log.warn(`Slack: refused a request from team ${String(team)}, user team ${String(userTeam)}`);
        return { refused: 'Only members of the workspace that Belay is installed in can act here.' };
      }
      if (app !== undefined && ours.app !== undefined && app !== ours.app) {
        log.warn(`Slack: refused a request for app ${app}`);
        return { refused: 'This request was meant for another Slack app.' };
      }
      if (user === undefined || !/^[UW][A-Z0-9]{2,30}$/.test(user))
        return { refused: 'Slack did not say who you are.' };
      const cached = known.get(user);
      if (cached !== undefined && isFresh(cached.at)) return cached.identified;
      try {
        const at = now();
        const identified = await lookUp(ours.team, user);
        if (known.size >= MOST_KNOWN) known.clear();
        known.set(user, { identified, at });
        return identified;
      } catch (error) {
        log.warn(`Slack: users.info failed (${slackCode(error) ?? String(error)})`);
        return { refused: 'Slack could not tell who you are just now, so nothing was done. Please try again.' };
      }
    },
  };
}

type UserInfo = NonNullable<webApi.UsersInfoResponse['user']>;

function whyNot(user: UserInfo, team: string): string | undefined {
  if (user.deleted === true) return 'This account is deactivated.';
  // `is_workflow_bot` and `is_stranger` are sent but not in the client's types.
  const flags = user as UserInfo & { is_workflow_bot?: boolean; is_stranger?: boolean };
  if (user.is_bot === true || flags.is_workflow_bot === true || user.id === 'USLACKBOT')
    return 'Bots and workflows cannot act here; only people can.';
  if (user.is_restricted === true || user.is_ultra_restricted === true)
    return 'Guests cannot act here. Ask a member of the workspace.';
  if (flags.is_stranger === true || user.team_id !== team)
    return 'Only members of the workspace that Belay is installed in can act here.';
  return undefined;
}
