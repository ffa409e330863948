import type { RunRow } from './known-run.ts';

/** What a run should know before it goes on. */
export const newsOf = (run: RunRow) => ({
  cancelled: run.cancel !== null,
  alertResolved: run.alert_resolved_at !== null,
});
