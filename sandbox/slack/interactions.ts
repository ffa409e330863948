import { z } from 'zod';

import { blocksOf, controlsOf, Message, View, withBlockIds } from './block-kit.ts';
import { checkView } from './check-blocks.ts';
import type { FormState } from './control-value.ts';
import { deliver, deliverEvent, type Delivery, type Destination } from './deliver.ts';
import type { EmulatedSlack } from './emulated-slack.ts';
import type { Overlay } from './overlay.ts';
import { blockActions, type Occasion, type Place, slashCommand, viewClosed, viewSubmission } from './payloads.ts';
import { Reply, type ResponseUrls } from './response-urls.ts';
import type { Member } from './workspace.ts';

const Messages = z.object({ messages: z.array(Message) });
const Trigger = z.object({ trigger_id: z.string() });
/** What an app may answer to a submitted modal. */
const SubmitAnswer = z.looseObject({
  response_action: z.enum(['errors', 'update', 'push', 'clear']).optional(),
  errors: z.record(z.string(), z.string()).optional(),
  view: z.unknown().optional(),
});

/** Where on the page something was used: a message, a message only this person sees, or a view. */
export interface Spot {
  readonly kind: 'message' | 'ephemeral' | 'view';
  readonly id: string;
}

/** What came of an interaction. `errors` are a modal's, by block id. */
export interface Outcome {
  readonly delivery: Delivery;
  readonly errors?: Readonly<Record<string, string>>;
}

/** Turns what people do on the page into what Slack sends to an app, and the app's answers into what people see. */
export class Interactions {
  readonly #slack: EmulatedSlack;
  readonly #overlay: Overlay;
  readonly #urls: ResponseUrls;
  readonly #to: Destination;

  constructor(slack: EmulatedSlack, overlay: Overlay, urls: ResponseUrls, to: Destination) {
    this.#slack = slack;
    this.#overlay = overlay;
    this.#urls = urls;
    this.#to = to;
  }

  /** The channel's messages, oldest first, or one thread's. */
  async messages(thread?: string): Promise<Message[]> {
    const channel = this.#slack.workspace.channel.id;
    if (thread !== undefined) {
      const answer = await this.#slack.call('conversations.replies', { channel, ts: thread });
      return Messages.safeParse(answer).data?.messages ?? [];
    }
    const answer = await this.#slack.call('conversations.history', { channel, limit: 200 });
    return Messages.parse(answer).messages.toReversed();
  }

  /** Uses a control. Undefined when the card or the control is not there any more. */
  async use(member: Member, spot: Spot, control: { block: string; action: string }, form: FormState) {
    const place = await this.#placeOf(member, spot);
    const found = place?.blocks
      .flatMap(controlsOf)
      .find(({ blockId, actionId }) => blockId === control.block && actionId === control.action);
    if (!place || !found) return undefined;
    const occasion = await this.#occasion(member, place.kind === 'view' ? place.view.id : undefined);
    const payload = blockActions(occasion, place, found, form, this.#overlay.timestamp());
    return await this.#send('block_actions', payload);
  }

  /** Submits a modal and does what the app answers. Undefined when the modal is not open any more. */
  async submit(member: Member, viewId: string, form: FormState): Promise<Outcome | undefined> {
    const view = this.#viewOf(member, viewId);
    if (!view) return undefined;
    const outcome = await this.#send(
      'view_submission',
      viewSubmission(await this.#occasion(member, viewId), view, form),
    );
    if (!outcome.delivery.ok) return outcome;
    const answer = SubmitAnswer.safeParse(parseJson(outcome.delivery.body)).data;
    const replacement = View.omit({ id: true, hash: true }).safeParse(answer?.view).data;
    const problem = replacement && checkView(replacement);
    if (problem) return this.#refuse(outcome, `Slack would refuse the modal in Belay's answer: ${problem}`);
    if (answer?.response_action === 'errors') return { ...outcome, errors: answer.errors ?? {} };
    if (answer?.response_action === 'clear') this.#overlay.closeModals(member.id);
    else if (answer?.response_action === 'update' && replacement) await this.#update(viewId, replacement);
    else if (answer?.response_action === 'push' && replacement) await this.#push(member, viewId, replacement);
    else this.#overlay.closeModal(member.id, viewId);
    return outcome;
  }

  /** Closes a modal, and tells the app where it asked to be told. */
  async close(member: Member, viewId: string): Promise<void> {
    const view = this.#viewOf(member, viewId);
    this.#overlay.closeModal(member.id, viewId);
    if (view?.notify_on_close) await this.#send('view_closed', viewClosed(await this.#occasion(member), view, false));
  }

  /** Sends a slash command; what the app answers is shown to the person, or in the channel when it says so. */
  async command(member: Member, line: string): Promise<Outcome> {
    const [, command = line, text = ''] = /^(\/\S+)\s*([^]*)$/.exec(line) ?? [];
    const form = slashCommand(await this.#occasion(member), command, text.trim(), this.#urls.make(member));
    const delivery = await deliver(this.#to, command, form);
    this.#overlay.addDelivery(delivery);
    if (delivery.ok && delivery.body.trim() !== '') {
      const reply = Reply.safeParse(parseJson(delivery.body)).data ?? { text: delivery.body };
      await this.#urls.say(member, reply);
    }
    return { delivery };
  }

  /** Says something in the channel or a thread, as an ordinary message. */
  async say(member: Member, text: string, thread?: string): Promise<void> {
    const where = { channel: this.#slack.workspace.channel.id, ...(thread === undefined ? {} : { thread_ts: thread }) };
    await this.#slack.call('chat.postMessage', { ...where, text }, member.token);
    this.#overlay.changed();
  }

  /** Tells the app that a person opened its Home tab; it answers by `views.publish`. */
  async openHome(member: Member): Promise<Outcome> {
    const { workspace } = this.#slack;
    const ts = this.#overlay.timestamp();
    const event = {
      type: 'app_home_opened',
      user: member.id,
      channel: `D${member.id.slice(1)}`,
      tab: 'home',
      event_ts: ts,
    };
    const delivery = await deliverEvent(this.#to, 'app_home_opened', {
      type: 'event_callback',
      event,
      event_id: `Ev${ts.replace('.', '')}`,
      event_time: Math.floor(Number(ts)),
      team_id: workspace.team.id,
      api_app_id: workspace.app.id,
      is_ext_shared_channel: false,
      authorizations: [{ team_id: workspace.team.id, user_id: workspace.app.botUser, is_bot: true }],
    });
    this.#overlay.addDelivery(delivery);
    return { delivery };
  }

  async #send(kind: string, payload: unknown): Promise<Outcome> {
    const delivery = await deliver(this.#to, kind, { payload: JSON.stringify(payload) });
    this.#overlay.addDelivery(delivery);
    return { delivery };
  }

  #refuse({ delivery }: Outcome, said: string): Outcome {
    const refused = { ...delivery, ok: false, said };
    this.#overlay.addDelivery(refused);
    return { delivery: refused };
  }

  async #occasion(member: Member, viewId?: string): Promise<Occasion> {
    const args = { user_id: member.id, ...(viewId === undefined ? {} : { view_id: viewId }) };
    const { trigger_id: trigger } = Trigger.parse(await this.#slack.call('views.generateTriggerId', args));
    this.#overlay.rememberTrigger(trigger, member.id);
    return { workspace: this.#slack.workspace, member, trigger };
  }

  async #placeOf(member: Member, { kind, id }: Spot): Promise<Place | undefined> {
    if (kind === 'view') {
      const view = this.#viewOf(member, id) ?? this.#homeOf(member, id);
      return view && { kind, view, blocks: view.blocks };
    }
    const message =
      kind === 'ephemeral'
        ? this.#overlay.ephemerals(member.id).find(({ ts }) => ts === id)
        : (await this.messages(id)).find(({ ts }) => ts === id);
    if (!message) return undefined;
    return { kind, message, blocks: blocksOf(message), responseUrl: this.#urls.make(member, { kind, message }) };
  }

  #viewOf(member: Member, id: string): View | undefined {
    const view = this.#overlay.modals(member.id).find((shown) => shown.id === id);
    return view && { ...view, blocks: withBlockIds(view.blocks) };
  }

  #homeOf(member: Member, id: string): View | undefined {
    const view = this.#overlay.home(member.id);
    return view?.id === id ? { ...view, blocks: withBlockIds(view.blocks) } : undefined;
  }

  async #update(viewId: string, view: unknown): Promise<void> {
    const answer = await this.#slack.call('views.update', { view_id: viewId, view });
    const updated = View.safeParse(answer['view']).data;
    if (updated) this.#overlay.updateView(updated);
  }

  async #push(member: Member, viewId: string, view: unknown): Promise<void> {
    const { trigger } = await this.#occasion(member, viewId);
    const answer = await this.#slack.call('views.push', { trigger_id: trigger, view });
    const pushed = View.safeParse(answer['view']).data;
    if (pushed) this.#overlay.openModal(member.id, pushed);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
