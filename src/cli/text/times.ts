import ms from 'ms';

/** `2026-11-21T10:15:30.000Z` → `2026-11-21 10:15:30`; always UTC, as everything that Belay writes. */
export const utc = (iso: string): string => iso.replace('T', ' ').replace(/(\.\d+)?Z$/, '');

/** To the minute: `2026-11-21 10:15Z`. */
export const minutes = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')}Z`;

/** The same moment on the clocks of a time zone, to the minute: `2026-11-21 11:15`. */
export const inZone = (iso: string, timeZone: string): string =>
  // Swedish writes dates as ISO 8601 does.
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(new Date(iso));

/** How long ago, roughly: `4m`. */
export const ago = (iso: string | null | undefined, now = Date.now()): string => {
  const at = iso ? Date.parse(iso) : Number.NaN;
  return Number.isNaN(at) ? '–' : ms(Math.max(0, now - at));
};
