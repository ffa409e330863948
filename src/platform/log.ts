import { destination, pino, stdTimeFunctions, type Logger } from 'pino';

export type { Logger } from 'pino';

export interface LogOptions {
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | undefined;
  /** A file (`belay up`, where the terminal is for people); absent: standard output (server, worker). */
  readonly file?: string;
}

/** What never stands in a log, whoever logs the object that holds it. */
const SECRET_KEYS = ['authorization', 'cookie', 'password', 'secret', 'token', 'apiKey', 'api_key', 'signature'];

/** One JSON object a line, UTC. Written through at once: after `kill -9` the last lines are there. */
export function openLog({ level = 'info', file }: LogOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    },
    destination({ ...(file !== undefined && { dest: file, mode: 0o600 }), sync: true, mkdir: true }),
  );
}
