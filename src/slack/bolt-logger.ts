import { LogLevel, type Logger } from '@slack/bolt';
import { format } from 'node:util';
import type { Log } from './log.ts';

/** Our log in the shape Slack's packages want. Their info is our debug: they report every call and every reconnect. */
export function boltLogger(log: Log): Logger {
  const say =
    (level: 'debug' | 'warn' | 'error') =>
    (...parts: unknown[]): void =>
      log[level](`slack: ${format(...parts)}`);
  return {
    // Their debug output holds message bodies.
    debug: () => undefined,
    info: say('debug'),
    warn: say('warn'),
    error: say('error'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
