/** Someone in the sandbox's workspace. */
export interface Member {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly title: string;
  /** Guests are in the channel, and must not be able to approve anything. */
  readonly guest: boolean;
  /** Writes ordinary messages as this person. */
  readonly token: string;
}

/** The one workspace of the sandbox: a channel, an app and three people. */
export interface Workspace {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string };
  readonly channel: { readonly id: string; readonly name: string };
  readonly app: { readonly id: string; readonly botId: string; readonly botUser: string; readonly botToken: string };
  readonly members: readonly Member[];
}

/** Who the page may speak as. */
export const memberByName = (workspace: Workspace, name: unknown): Member | undefined =>
  workspace.members.find((member) => member.name === name);
