/** Signals of a run. They only wake it: whatever a signal claims, the run asks the authority what is true. */
export const WAKE_SIGNAL = 'belay.wake';

/** Query that tells Temporal's own UI where a run is. */
export const PROGRESS_QUERY = 'belay.progress';
