import type { App } from '@slack/bolt';
import type { Person } from '../domain/person.ts';
import { approve, chooseMore, FOREIGN_BUTTON, openDialog, type Opening } from './clicks.ts';
import { ACTIONS, parseButtonValue } from './button-value.ts';
import { acknowledge } from './commands/acknowledge.ts';
import { showGate } from './commands/show.ts';
import { typeThis } from './commands/help.ts';
import { guarded, type Desk } from './desk.ts';
import { inlineCode } from './inert.ts';
import { openKeep } from './keep.ts';
import { readControl, readInteraction } from './interaction-body.ts';
import { submitDialog } from './submissions.ts';
import type { ReplyTo } from './answer.ts';

/** Buttons, menus and dialogs. Each is acknowledged within Slack's time, asks the authority once and answers the person. */
export function handleInteractions(app: App, desk: Desk): void {
  app.action(/(?:)/u, async ({ ack, body, action, client }) => {
    await ack();
    const { to, sender, trigger } = readInteraction(body);
    const { id, value } = readControl(action);
    // It led to a page; there is nothing to say.
    if (id.startsWith(ACTIONS.link)) return;
    const opening = {
      to,
      open: async (view: Parameters<Opening['open']>[0]) =>
        void (await client.views.open({ trigger_id: trigger, view })),
    };
    await guarded(desk, to, sender, (person) => clicked(desk, { id, value, person, opening }));
  });

  app.view(/(?:)/u, async ({ ack, body, view }) => {
    await submitDialog(desk, {
      view,
      sender: readInteraction(body).sender,
      ack: (errors) => (errors === undefined ? ack() : ack({ response_action: 'errors', errors })),
    });
  });

  app.shortcut(/(?:)/u, async ({ ack, body }) => {
    await ack();
    await desk.answer(readInteraction(body).to, 'Belay has no shortcuts. Try `/belay help`.');
  });

  app.options(/(?:)/u, async ({ ack }) => ack({ options: [] }));
}

interface Click {
  readonly id: string;
  readonly value: string | undefined;
  readonly person: Person;
  readonly opening: Opening;
}

async function clicked(desk: Desk, { id, value, person, opening }: Click): Promise<void> {
  const { to } = opening;
  const beside: ReplyTo = { ...to, ephemeral: false };
  // Several of one kind in a row carry what they stand for behind a colon.
  const [kind = ''] = id.split(':');
  switch (kind) {
    case ACTIONS.approve:
      return approve(desk, to, value, person);
    case ACTIONS.deny:
    case ACTIONS.byHand: {
      const decide = parseButtonValue(value);
      if (decide === undefined) return desk.answer(to, FOREIGN_BUTTON);
      return openDialog(desk, opening, id === ACTIONS.deny ? 'deny' : 'by-hand', decide, person);
    }
    case ACTIONS.more:
      return chooseMore(desk, opening, value, person);
    case ACTIONS.keep:
      return openKeep(desk, opening, value);
    case ACTIONS.acknowledge:
      return desk.answer(beside, await acknowledge(desk, value ?? '', person));
    case ACTIONS.show:
      return desk.answer(beside, await showGate(desk, value ?? ''));
    case ACTIONS.pick:
      return desk.answer(beside, typeThis(desk.doors.manifest, value ?? ''));
    default:
      return desk.answer(
        to,
        `Belay does not know what ${inlineCode(id, 100)} means; it may be of another version. Nothing changed.`,
      );
  }
}
