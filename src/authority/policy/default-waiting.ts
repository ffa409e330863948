import ms from 'ms';

/** How a gate waits where policy says nothing: a week, reminding in time; it never denies silently within minutes. */
export const DEFAULT_WAITING = {
  expiresAfterMs: ms('7d'),
  validForMs: ms('1h'),
  remindAfterMs: [ms('30m'), ms('2h'), ms('8h'), ms('1d'), ms('3d')],
  escalate: [],
};
