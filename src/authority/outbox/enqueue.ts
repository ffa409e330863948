import type { JsonObject } from '../../domain/json.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { OutboxTable } from '../../platform/database/schema.ts';

/** How long what may come together is gathered, in milliseconds: one message tells of all of it. */
const GATHER_MS = 1_000;

/** The same where one telling of now serves for all: nothing is added while one waits, and it waits a moment for others. */
export async function enqueueOnce(trx: Trx, now: Date, topic: OutboxTable['topic'], subject: string): Promise<void> {
  const waiting = await trx
    .selectFrom('outbox')
    .select('id')
    .where('topic', '=', topic)
    .where('subject', '=', subject)
    .where('done_at', 'is', null)
    .where('due_at', '>', now)
    .where('attempts', '=', 0)
    .executeTakeFirst();
  if (waiting) return;
  await enqueue(trx, now, topic, subject, {}, new Date(now.getTime() + GATHER_MS));
}

/** Leaves work for after the commit: what must reach Temporal or Slack is a row first, so that it outlives a crash. */
export async function enqueue(
  trx: Trx,
  now: Date,
  topic: OutboxTable['topic'],
  subject: string,
  payload: JsonObject = {},
  due = now,
): Promise<void> {
  await trx
    .insertInto('outbox')
    .values({
      topic,
      subject,
      payload: JSON.stringify(payload),
      created_at: now,
      due_at: due,
      attempts: 0,
      done_at: null,
      last_error: null,
    })
    .execute();
}
