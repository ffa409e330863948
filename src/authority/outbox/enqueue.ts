import type { JsonObject } from '../../domain/json.ts';
import type { Trx } from '../../platform/database/connect.ts';
import type { OutboxTable } from '../../platform/database/schema.ts';

/** Leaves work for after the commit: what must reach Temporal or Slack is a row first, so that it outlives a crash. */
export async function enqueue(
  trx: Trx,
  now: Date,
  topic: OutboxTable['topic'],
  subject: string,
  payload: JsonObject = {},
): Promise<void> {
  await trx
    .insertInto('outbox')
    .values({
      topic,
      subject,
      payload: JSON.stringify(payload),
      created_at: now,
      due_at: now,
      attempts: 0,
      done_at: null,
      last_error: null,
    })
    .execute();
}
