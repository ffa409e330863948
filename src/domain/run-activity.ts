/** What Temporal is doing for a run: live state, no part of the record. */
export interface RunActivity {
  /** Number of the event in Temporal's history. */
  readonly id: number;
  readonly at: string;
  /** The activity's type, such as `readTool`. */
  readonly activity: string;
  /** What it is about, in a line; empty where that is encrypted. */
  readonly summary: string;
  readonly status: 'scheduled' | 'completed' | 'failed' | 'timed-out' | 'cancelled';
}
