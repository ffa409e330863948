/** How far each schedule has been looked at, whichever server did. */
export interface SchedulesTable {
  name: string;
  /** Every tick up to here was started, or was said to be missed. */
  looked_until: Date;
  /** The latest tick that was not started, and why; null where there is none. */
  missed_at: Date | null;
  missed_why: string | null;
}
