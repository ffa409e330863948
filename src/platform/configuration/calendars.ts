import { existsSync, statSync } from 'node:fs';
import { z } from 'zod';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/;

/** Why one calendar cannot be one; undefined when it can. An address is not repeated: it is often a secret. */
function problemOf(place: string): string | undefined {
  if (!/^[a-z]+:\/\//.test(place))
    return existsSync(place) && statSync(place).isFile() ? undefined : `names ${place}, which is no file`;
  if (!URL.canParse(place)) return 'has an address that is none';
  const { protocol, hostname } = new URL(place);
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))) return undefined;
  return `has an address on ${hostname} that is not https; whoever is in between could end a freeze`;
}

/** Calendars by comma: https addresses (http on loopback only) or files that are there. */
export const calendars = z
  .string()
  .transform((value) =>
    value
      .split(',')
      .map((place) => place.trim())
      .filter((place) => place !== ''),
  )
  .superRefine((places, context) => {
    for (const place of places) {
      const problem = problemOf(place);
      if (problem !== undefined) context.addIssue(problem);
    }
  });
