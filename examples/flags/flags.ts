import { z } from 'zod';
import { defineSystem } from '../../src/sdk/index.ts';
import { connectFlags } from './flag-service.ts';
import { readFlag } from './read-flag.ts';
import { setFlag } from './set-flag.ts';

/** A team's own feature-flag service: how to reach it, and what can be done there. */
export const flags = defineSystem({
  name: 'flags',
  settings: z.strictObject({ url: z.url() }),
  connect: ({ url }) => connectFlags(url),
  tools: [readFlag, setFlag],
});
