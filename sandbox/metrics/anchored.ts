import { badQuery } from './promql-error.ts';

/** A label matcher's expression, which always means the whole value. @throws PromqlError `bad_data` when it is no expression */
export function anchored(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, 's');
  } catch {
    throw badQuery(`parse error: error parsing regexp: ${pattern}`);
  }
}
