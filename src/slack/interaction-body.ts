import { z } from 'zod';
import type { ReplyTo } from './answer.ts';
import type { Sender } from './people.ts';

const Id = z.object({ id: z.string() });

/** What we read of a click, a menu, a shortcut or a dialog. Everything else in it is left alone. */
const Interaction = z.object({
  team: Id.nullish(),
  user: z.object({ id: z.string(), team_id: z.string().optional() }).optional(),
  bot_id: z.string().optional(),
  api_app_id: z.string().optional(),
  is_enterprise_install: z.boolean().optional(),
  trigger_id: z.string().optional(),
  channel: Id.nullish(),
  response_url: z.string().optional(),
  container: z.object({ is_ephemeral: z.boolean().optional(), channel_id: z.string().optional() }).optional(),
});

const Control = z.object({
  action_id: z.string(),
  value: z.string().optional(),
  selected_option: z.object({ value: z.string() }).nullish(),
});

export interface ReadInteraction {
  readonly sender: Sender;
  readonly to: ReplyTo;
  readonly trigger: string;
}

/** A body we cannot read has no sender, so nobody is identified by it and nothing happens. */
export function readInteraction(body: unknown): ReadInteraction {
  const { data = {} } = Interaction.safeParse(body);
  const { team, user, container } = data;
  return {
    sender: {
      team: team?.id ?? user?.team_id,
      user: user?.id,
      userTeam: user?.team_id,
      bot: data.bot_id,
      app: data.api_app_id,
      enterpriseInstall: data.is_enterprise_install,
    },
    to: {
      user: user?.id,
      channel: data.channel?.id ?? container?.channel_id,
      responseUrl: data.response_url,
      ephemeral: container?.is_ephemeral === true,
    },
    trigger: data.trigger_id ?? '',
  };
}

/** Which control was used and with what value; a button's value or a menu's choice. */
export function readControl(action: unknown): { id: string; value: string | undefined } {
  const { data } = Control.safeParse(action);
  return { id: data?.action_id ?? '', value: data?.value ?? data?.selected_option?.value };
}
