/** `2026-11-21 10:02 UTC`. Cards are read by people in several time zones, next to logs that are in UTC. */
export const utc = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
