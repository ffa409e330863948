import { z } from 'zod';
import type { Announcer } from '../authority/announcer.ts';
import type { AuthorityContext } from '../authority/context.ts';
import type { Doors } from '../authority/doors.ts';
import type { OutboxHandler } from '../authority/outbox/outbox.ts';

const Said = z.object({ key: z.string(), text: z.string() });
const Asked = z.object({ key: z.string(), list: z.string(), owner: z.string().nullable() });
const Paged = Said.extend({ people: z.array(z.string()) });

/** Outbox handlers that reach people. Without an announcer (no Slack) their rows are done at once: other views show the same. */
export function createAnnouncements({
  context,
  doors,
  announcer,
}: {
  context: AuthorityContext;
  doors: Doors;
  announcer: () => Announcer | undefined;
}): Record<'gate.card' | 'say' | 'announce' | 'page' | 'ask', OutboxHandler> {
  const { db } = context;
  return {
    'gate.card': async (id) => {
      const to = announcer();
      if (!to) return;
      const gate = await doors.gate(id);
      const run = gate && (await doors.run(gate.run));
      if (!gate || !run) return;
      const { card } = await db.selectFrom('gates').select('card').where('id', '=', id).executeTakeFirstOrThrow();
      const ref = await to.card(gate, run, card ?? undefined);
      if (ref.ts !== card?.ts)
        await db
          .updateTable('gates')
          .set({ card: JSON.stringify(ref) })
          .where('id', '=', id)
          .execute();
    },
    say: async (id, payload) => {
      const said = Said.parse(payload);
      const to = announcer();
      const run = to && (await doors.run(id));
      if (!to || !run) return;
      const last = await db
        .selectFrom('gates')
        .select('card')
        .where('run', '=', id)
        .where('card', 'is not', null)
        .orderBy('opened_at', 'desc')
        .executeTakeFirst();
      await to.say(said.text, run, last?.card ?? undefined, `${id}/${said.key}`);
    },
    announce: async (subject, payload) => {
      const said = Said.parse(payload);
      await announcer()?.announce(said.text, `${subject}/${said.key}`);
    },
    page: async (id, payload) => {
      const { text, key, people } = Paged.parse(payload);
      const to = announcer();
      const run = to && (await doors.run(id));
      if (!to || !run) return;
      const { directory } = context.bundle();
      const identities = people.flatMap((name) => directory.people[name]?.identities ?? []);
      await to.page(text, identities, run, `${id}/${key}`);
    },
    ask: async (id, payload) => {
      const { key, list: name, owner } = Asked.parse(payload);
      const to = announcer();
      const run = to && (await doors.run(id));
      const found = run && (await doors.list(id, name, owner));
      if (!to || !run || !found?.list.asks?.open) return;
      const items = found.items.filter(({ kept }) => kept === null);
      if (items.length === 0) return;
      const { directory } = context.bundle();
      const identities = owner === null ? [] : (directory.people[owner]?.identities ?? []);
      await to.ask({ list: found.list, items, owner, identities }, run, `${id}/${key}`);
    },
  };
}
