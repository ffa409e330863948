import { type Client, defaultPayloadConverter, WorkflowNotFoundError } from '@temporalio/client';
import type { RunActivity } from '../domain/run-activity.ts';

type History = Awaited<ReturnType<Client['workflowService']['getWorkflowExecutionHistory']>>;
type HistoryEvent = NonNullable<NonNullable<History['history']>['events']>[number];

/** One long poll; Temporal answers an empty page after about a minute without news. Milliseconds. */
const POLL_MS = 70_000;

/** Scheduled activities by event id: their ends name only that. */
type Scheduled = Map<number, Pick<RunActivity, 'activity' | 'summary'>>;

const seconds = (time: { seconds?: unknown; nanos?: number | null } | null | undefined): string =>
  new Date(Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1_000_000)).toISOString();

function summaryOf({ userMetadata }: HistoryEvent): string {
  if (!userMetadata?.summary) return '';
  try {
    return String(defaultPayloadConverter.fromPayload(userMetadata.summary));
  } catch {
    // Encrypted: the server that shows it has no reason to hold that key.
    return '';
  }
}

/** What an event says of an activity; undefined for every other event. */
function activityOf(event: HistoryEvent, scheduled: Scheduled): RunActivity | undefined {
  const id = Number(event.eventId);
  const at = seconds(event.eventTime);
  const begun = event.activityTaskScheduledEventAttributes;
  if (begun) {
    const known = { activity: begun.activityType?.name ?? '', summary: summaryOf(event) };
    scheduled.set(id, known);
    return { id, at, ...known, status: 'scheduled' };
  }
  const ends = [
    ['completed', event.activityTaskCompletedEventAttributes],
    ['failed', event.activityTaskFailedEventAttributes],
    ['timed-out', event.activityTaskTimedOutEventAttributes],
    ['cancelled', event.activityTaskCanceledEventAttributes],
  ] as const;
  const end = ends.find(([, attributes]) => attributes);
  const known = end && scheduled.get(Number(end[1]?.scheduledEventId));
  return end && known && { id, at, ...known, status: end[0] };
}

/**
 * A run's activities as Temporal's history tells them, from after event `after`, by long poll. Ends when the run or the
 * signal does, and when Temporal is not there: this is a live view, the record is the ledger.
 */
export async function* watchActivities(
  client: Client,
  workflowId: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<RunActivity> {
  const scheduled: Scheduled = new Map();
  const request = { namespace: client.options.namespace, execution: { workflowId }, waitNewEvent: true };
  let nextPageToken: Uint8Array | null | undefined;
  do {
    let page: History;
    try {
      const ask = () =>
        client.workflowService.getWorkflowExecutionHistory({ ...request, ...(nextPageToken ? { nextPageToken } : {}) });
      page = await client.connection.withAbortSignal(signal, () =>
        client.connection.withDeadline(Date.now() + POLL_MS, ask),
      );
    } catch (error) {
      if (signal.aborted || error instanceof WorkflowNotFoundError) return;
      throw error;
    }
    for (const event of page.history?.events ?? []) {
      const activity = activityOf(event, scheduled);
      if (activity && activity.id > after) yield activity;
    }
    ({ nextPageToken } = page);
  } while (nextPageToken?.length && !signal.aborted);
}
