/** Where the Slack door says what it does; a pino logger fits. No message text, token or reason goes in here. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
