/** A query that cannot be answered. `bad_data` is the asker's mistake (HTTP 400), `execution` everything else (HTTP 422). */
export class PromqlError extends Error {
  override name = 'PromqlError';
  readonly type: 'bad_data' | 'execution';

  constructor(type: 'bad_data' | 'execution', message: string) {
    super(message);
    this.type = type;
  }
}

export const badQuery = (message: string): PromqlError => new PromqlError('bad_data', message);

/** Real PromQL, but more than the sandbox evaluates. */
export const unsupported = (what: string): PromqlError =>
  new PromqlError('execution', `the sandbox's Prometheus does not support ${what}; a real one may`);
