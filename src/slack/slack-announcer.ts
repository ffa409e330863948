import type { webApi } from '@slack/bolt';
import type { Announcer } from '../authority/announcer.ts';
import type { CardRef } from '../domain/card-ref.ts';
import { Failure } from '../domain/failure.ts';
import { askMessage } from './ask-message.ts';
import { gateCard } from './card.ts';
import type { SlackMessage } from './blocks.ts';
import type { Log } from './log.ts';
import { noteMessage } from './note.ts';
import { slackCode, slackFailure } from './slack-failure.ts';

const GATE_EVENT = 'belay_gate';
const NOTE_EVENT = 'belay_note';
/** How many messages back a card is looked for: pages of 200. */
const MOST_PAGES = 5;
/** Our clock and Slack's may differ. Seconds. */
const CLOCK_SKEW = 300;
/** How far back an announcement is looked for. Milliseconds. */
const A_DAY = 24 * 3600_000;

/** What Slack says of somebody who takes no direct message. */
const UNREACHABLE = new Set([
  'channel_not_found',
  'user_not_found',
  'user_disabled',
  'cannot_dm_bot',
  'not_in_channel',
]);

type Metadata = { event_type?: string; event_payload?: Record<string, unknown> };
type Found = { channel: string; ts: string };

const slackUsersIn = (identities: readonly string[]): string[] =>
  identities.flatMap((id) => /^slack:T[A-Z0-9]+\/([UW][A-Z0-9]+)$/.exec(id)?.[1] ?? []);

/**
 * The outbox's way into Slack. Each call is safe to repeat: a card that is there is changed, a note that is there is left.
 * That needs a history scope for what another process posted; without one, a crash between posting and writing it down
 * can leave a second card (a view of the same gate: a click on either is the same decision). Throws `Failure`.
 */
export function createSlackAnnouncer(options: {
  client: webApi.WebClient;
  channel: string;
  log: Log;
  /** Where Belay's pages are; asked each time, since a port may be known only after listening. */
  web?: () => string | undefined;
}): Announcer {
  const { client, channel, log, web } = options;
  const posted = new Map<string, Found>();
  const inLine = new Map<string, Promise<unknown>>();
  let saidNoHistory = false;

  /** Calls of one key run one after the other, or two of them would both find nothing and post. */
  const serially = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const mine = (inLine.get(key) ?? Promise.resolve()).then(work, work);
    const settled = mine.catch(() => undefined).finally(() => inLine.get(key) === settled && inLine.delete(key));
    inLine.set(key, settled);
    return mine;
  };

  const remember = (key: string, found: Found): Found => {
    if (posted.size > 2_000) posted.clear();
    posted.set(key, found);
    return found;
  };

  const find = async (
    isIt: (metadata: Metadata) => boolean,
    since: string,
    thread: string | undefined,
  ): Promise<Found | undefined> => {
    const oldest = String(Date.parse(since) / 1_000 - CLOCK_SKEW);
    let cursor: string | undefined;
    try {
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const ask = { channel, limit: 200, include_all_metadata: true, ...(cursor === undefined ? {} : { cursor }) };
        const { messages = [], response_metadata } =
          thread === undefined
            ? await client.conversations.history({ ...ask, oldest })
            : await client.conversations.replies({ ...ask, ts: thread });
        const hit = messages.find(({ metadata }) => metadata !== undefined && isIt(metadata));
        if (hit?.ts !== undefined) return { channel, ts: hit.ts };
        cursor = response_metadata?.next_cursor;
        if (!cursor) return undefined;
      }
    } catch (error) {
      // Without the scope, or with a channel given by name, looking is not possible; posting may be.
      if (
        !['missing_scope', 'channel_not_found', 'not_in_channel', 'thread_not_found'].includes(slackCode(error) ?? '')
      )
        throw error;
      if (!saidNoHistory)
        log.info(`Slack: the channel's history cannot be read (${slackCode(error)}); see docs/slack.md`);
      saidNoHistory = true;
    }
    return undefined;
  };

  const update = async (at: Found, message: webApi.ChatUpdateArguments): Promise<boolean> => {
    try {
      await client.chat.update(message);
      return true;
    } catch (error) {
      if (['message_not_found', 'cant_update_message', 'channel_not_found'].includes(slackCode(error) ?? '')) {
        log.warn(`Slack: the card at ${at.channel}/${at.ts} cannot be changed (${slackCode(error)}); posting anew`);
        return false;
      }
      throw error;
    }
  };

  /** Posts a note once per key: one that is there already is left. */
  const noteOnce = (
    key: string,
    {
      since,
      thread,
      to,
      message,
      run,
    }: { since: string; thread?: string; to: string; message: SlackMessage; run?: string },
  ): Promise<void> =>
    serially(`note ${key}`, async () => {
      try {
        if (posted.has(`note ${key}`)) return;
        const isIt = ({ event_type, event_payload }: Metadata): boolean =>
          event_type === NOTE_EVENT && event_payload?.['key'] === key;
        const there = to === channel || thread !== undefined ? await find(isIt, since, thread) : undefined;
        if (there !== undefined) {
          remember(`note ${key}`, there);
          return;
        }
        const { ts } = await client.chat.postMessage({
          channel: to,
          ...message,
          metadata: { event_type: NOTE_EVENT, event_payload: { key, ...(run === undefined ? {} : { run }) } },
          unfurl_links: false,
          unfurl_media: false,
          ...(thread === undefined ? {} : { thread_ts: thread }),
        });
        remember(`note ${key}`, { channel: to, ts: ts ?? '' });
      } catch (error) {
        throw slackFailure(run === undefined ? 'an announcement' : `a note of ${run}`, error);
      }
    });

  return {
    card: (gate, run, known) =>
      serially(gate.id, async (): Promise<CardRef> => {
        try {
          const message = {
            ...gateCard(gate, run, { web: web?.() }),
            metadata: { event_type: GATE_EVENT, event_payload: { gate: gate.id } },
          };
          const isIt = ({ event_type, event_payload }: Metadata): boolean =>
            event_type === GATE_EVENT && event_payload?.['gate'] === gate.id;
          const at = known ?? posted.get(gate.id) ?? (await find(isIt, gate.openedAt, undefined));
          if (at !== undefined && (await update(at, { channel: at.channel, ts: at.ts, ...message })))
            return remember(gate.id, { channel: at.channel, ts: at.ts });
          const { channel: where, ts } = await client.chat.postMessage({
            channel,
            ...message,
            unfurl_links: false,
            unfurl_media: false,
          });
          if (!ts) throw new Error('Slack answered without a timestamp');
          return remember(gate.id, { channel: where ?? channel, ts });
        } catch (error) {
          throw slackFailure(`the card of ${gate.id}`, error);
        }
      }),

    say: (text, run, card, key) =>
      noteOnce(key, {
        since: run.createdAt,
        to: card?.channel ?? channel,
        message: noteMessage(text, card === undefined ? run : undefined),
        run: run.id,
        ...(card === undefined ? {} : { thread: card.ts }),
      }),

    announce: (text, key) =>
      noteOnce(key, {
        since: new Date(Date.now() - A_DAY).toISOString(),
        to: channel,
        message: noteMessage(text, undefined),
      }),

    ask: async (question, run, key) => {
      const user = slackUsersIn(question.identities)[0];
      const post = (to: string, direct: boolean) =>
        noteOnce(key, {
          since: run.createdAt,
          to,
          message: askMessage(question, run, { web: web?.(), direct }),
          run: run.id,
        });
      if (user === undefined) return post(channel, false);
      try {
        return await post(user, true);
      } catch (error) {
        const code = error instanceof Failure ? slackCode(error.cause) : undefined;
        if (code === undefined || !UNREACHABLE.has(code)) throw error;
        log.warn(`Slack: ${user} cannot be written to (${code}); the channel is asked`);
        return post(channel, false);
      }
    },

    page: async (text, identities, run, key) => {
      const people = slackUsersIn(identities);
      const message = noteMessage(text, run);
      // Direct messages first: one that fails is tried again with all of them, and whoever has theirs gets no second one.
      for (const user of people)
        await noteOnce(`${key}/${user}`, { since: run.createdAt, to: user, message, run: run.id });
      await noteOnce(key, { since: run.createdAt, to: channel, message, run: run.id });
    },
  };
}
