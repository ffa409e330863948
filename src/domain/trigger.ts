/** What started a run. */
export type Trigger =
  | { kind: 'person' }
  | { kind: 'alert'; source: string; group: string; alerts: string[] }
  /** `tick`: the moment that it was due, where it is one of the schedule file. */
  | { kind: 'schedule'; name: string; tick?: string };
