import { InvalidArgumentError } from 'commander';
import { z } from 'zod';

/** An option's value as one JSON object. @throws InvalidArgumentError for anything else */
export function jsonObject(text: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new InvalidArgumentError('It must be a JSON object.');
  }
}
