import type { App } from '@slack/bolt';
import type { DecisionRequest } from '../domain/decision.ts';
import type { Person } from '../domain/person.ts';
import type { ReplyTo } from './answer.ts';
import { ACTIONS, parseButtonValue, type ButtonValue } from './button-value.ts';
import { decisionWords, overWords } from './decision-words.ts';
import { denyModal, readDenyModal } from './deny-modal.ts';
import { guarded, type Desk } from './desk.ts';
import { inlineCode } from './inert.ts';
import { readControl, readInteraction } from './interaction-body.ts';
import { showGate } from './commands/show.ts';
import { typeThis } from './commands/help.ts';

/** Buttons, menus and the dialog. Each is acknowledged first, then asks the authority once and answers the person. */
export function handleInteractions(app: App, desk: Desk): void {
  app.action(/(?:)/u, async ({ ack, body, action, client }) => {
    await ack();
    const { to, sender, trigger } = readInteraction(body);
    const { id, value } = readControl(action);
    await guarded(desk, to, sender, async (person) => {
      switch (id) {
        case ACTIONS.approve:
          return approve(desk, to, value, person);
        case ACTIONS.deny:
          return askWhy(desk, to, value, person, async (view) => {
            await client.views.open({ trigger_id: trigger, view });
          });
        case ACTIONS.show:
          return desk.answer({ ...to, ephemeral: false }, await showGate(desk.doors, value ?? ''));
        case ACTIONS.pick:
          return desk.answer({ ...to, ephemeral: false }, typeThis(desk.doors.manifest, value ?? ''));
        default:
          return desk.answer(
            to,
            `Belay does not know what ${inlineCode(id, 100)} means; it may be of another version. Nothing changed.`,
          );
      }
    });
  });

  app.view(/(?:)/u, async ({ ack, body, view }) => {
    const read = readDenyModal(view);
    if (read !== undefined && 'problem' in read) {
      await ack({ response_action: 'errors', errors: read.problem });
      return;
    }
    await ack();
    const { sender } = readInteraction(body);
    const to: ReplyTo = { user: sender.user, channel: read?.kept.channel, responseUrl: read?.kept.responseUrl };
    await guarded(desk, to, sender, async (person) => {
      if (read === undefined) return desk.answer(to, 'Belay does not know this dialog. Nothing changed.');
      const { gate, option, digest } = read.kept.decide;
      return decide(desk, to, gate, { decision: 'deny', option, digest, reason: read.reason }, person);
    });
  });

  app.shortcut(/(?:)/u, async ({ ack, body }) => {
    await ack();
    await desk.answer(readInteraction(body).to, 'Belay has no shortcuts. Try `/belay help`.');
  });

  app.options(/(?:)/u, async ({ ack }) => ack({ options: [] }));
}

const FOREIGN_BUTTON = 'This button is not one of Belay’s, or was changed. Nothing changed.';

async function approve(desk: Desk, to: ReplyTo, text: string | undefined, person: Person): Promise<void> {
  const value = parseButtonValue(text);
  if (value === undefined) return desk.answer(to, FOREIGN_BUTTON);
  return decide(desk, to, value.gate, { decision: 'approve', option: value.option, digest: value.digest }, person);
}

async function decide(desk: Desk, to: ReplyTo, gate: string, request: DecisionRequest, person: Person): Promise<void> {
  const answer = await desk.doors.decide(gate, request, person);
  // A card that only this person sees makes room for what was recorded; after a refusal its buttons may still be of use.
  await desk.answer(answer.answer === 'refused' ? { ...to, ephemeral: false } : to, decisionWords(answer, gate));
}

/** Opens the dialog that asks for a reason; a gate that is over gets its answer (and its record) at once. */
async function askWhy(
  desk: Desk,
  to: ReplyTo,
  text: string | undefined,
  person: Person,
  open: (view: ReturnType<typeof denyModal>) => Promise<void>,
): Promise<void> {
  const value: ButtonValue | undefined = parseButtonValue(text);
  if (value === undefined) return desk.answer(to, FOREIGN_BUTTON);
  const gate = await desk.doors.gate(value.gate);
  if (gate === undefined || overWords(gate) !== undefined)
    return decide(desk, to, value.gate, { decision: 'deny', option: value.option, digest: value.digest }, person);
  try {
    await open(
      denyModal(gate, {
        decide: value,
        ...(to.channel === undefined ? {} : { channel: to.channel }),
        ...(to.responseUrl === undefined ? {} : { responseUrl: to.responseUrl }),
      }),
    );
  } catch (error) {
    desk.log.warn(`Slack: the dialog did not open (${error instanceof Error ? error.message : String(error)})`);
    await desk.answer(
      { ...to, ephemeral: false },
      `The dialog did not open. Type \`/belay deny ${value.gate} <reason>\` instead. Nothing changed.`,
    );
  }
}
