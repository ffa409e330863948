import { type Block, type Control, controlsOf, type Message, type View } from './block-kit.ts';
import { type FormState, controlName, controlValue, stateValues } from './control-value.ts';
import type { Member, Workspace } from './workspace.ts';

/** Slack still sends its deprecated verification token; nothing may rely on it. */
const VERIFICATION_TOKEN = 'deprecated-verification-token';

/** What every interaction of a person carries. */
export interface Occasion {
  readonly workspace: Workspace;
  readonly member: Member;
  readonly trigger: string;
}

/** Where a control was used. */
export type Place =
  | {
      readonly kind: 'message';
      readonly message: Message;
      readonly blocks: readonly Block[];
      readonly responseUrl: string;
    }
  | {
      readonly kind: 'ephemeral';
      readonly message: Message;
      readonly blocks: readonly Block[];
      readonly responseUrl: string;
    }
  | { readonly kind: 'view'; readonly view: View; readonly blocks: readonly Block[] };

const common = ({ workspace, member, trigger }: Occasion) => ({
  user: { id: member.id, username: member.name, name: member.name, team_id: workspace.team.id },
  team: { id: workspace.team.id, domain: workspace.team.domain },
  api_app_id: workspace.app.id,
  token: VERIFICATION_TOKEN,
  trigger_id: trigger,
  enterprise: null,
  is_enterprise_install: false,
});

/** `block_actions`: a button was clicked or a menu changed. */
export function blockActions(occasion: Occasion, place: Place, control: Control, form: FormState, at: string) {
  const { workspace } = occasion;
  const values = stateValues(place.blocks.flatMap(controlsOf), form);
  const { actionId: action_id, blockId: block_id } = control;
  const chosen = controlValue(control, form[controlName(control)]);
  const actions = [{ ...chosen, action_id, block_id, action_ts: at }];
  const base = { type: 'block_actions', ...common(occasion), state: { values }, actions };
  if (place.kind === 'view') {
    const view = viewOf(workspace, place.view, values);
    return { ...base, container: { type: 'view', view_id: place.view.id }, view };
  }
  const { ts, thread_ts } = place.message;
  const ephemeral = place.kind === 'ephemeral';
  const container = { type: 'message', message_ts: ts, channel_id: workspace.channel.id, is_ephemeral: ephemeral };
  return {
    ...base,
    container: thread_ts === undefined ? container : { ...container, thread_ts },
    channel: { id: workspace.channel.id, name: workspace.channel.name },
    // Slack does not send back the content of a message that only one person saw.
    ...(ephemeral ? {} : { message: messageOf(workspace, place.message) }),
    response_url: place.responseUrl,
  };
}

/** `view_submission`: the modal's submit button. */
export function viewSubmission(occasion: Occasion, view: View, form: FormState) {
  const values = stateValues(view.blocks.flatMap(controlsOf), form);
  return {
    type: 'view_submission',
    ...common(occasion),
    view: viewOf(occasion.workspace, view, values),
    response_urls: [],
  };
}

/** `view_closed`: sent only where the view asked to be told. */
export const viewClosed = (occasion: Occasion, view: View, all: boolean) => ({
  type: 'view_closed',
  ...common(occasion),
  view: viewOf(occasion.workspace, view, {}),
  is_cleared: all,
});

/** A slash command; all fields are strings in a form. */
export function slashCommand(occasion: Occasion, command: string, text: string, responseUrl: string) {
  const { workspace, member } = occasion;
  return {
    token: VERIFICATION_TOKEN,
    team_id: workspace.team.id,
    team_domain: workspace.team.domain,
    channel_id: workspace.channel.id,
    channel_name: workspace.channel.name,
    user_id: member.id,
    user_name: member.name,
    command,
    text,
    api_app_id: workspace.app.id,
    is_enterprise_install: 'false',
    response_url: responseUrl,
    trigger_id: occasion.trigger,
  };
}

const messageOf = (workspace: Workspace, message: Message) => ({
  ...message,
  type: 'message',
  ...(message.user === workspace.app.botUser ? { bot_id: workspace.app.botId, app_id: workspace.app.id } : {}),
  team: workspace.team.id,
});

const viewOf = (workspace: Workspace, view: View, values: Record<string, unknown>) => ({
  ...view,
  team_id: workspace.team.id,
  app_id: workspace.app.id,
  app_installed_team_id: workspace.team.id,
  bot_id: workspace.app.botId,
  state: { values },
});
