/** What started a run. */
export type Trigger =
  | { kind: 'person' }
  | { kind: 'alert'; source: string; group: string; alerts: string[] }
  | { kind: 'schedule'; name: string };
