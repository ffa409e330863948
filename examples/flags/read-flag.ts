import { z } from 'zod';
import { defineTool, type ToolContext } from '../../src/sdk/index.ts';
import { Flag, type FlagService } from './flag-service.ts';

/** `flags.read`: one flag, as it is now. */
export const readFlag = defineTool({
  name: 'flags.read',
  title: 'Read a flag',
  description: 'Whether a feature flag is on, and who changed it last.',
  risk: 'read',
  input: z.strictObject({ flag: z.string().min(1).max(80).describe('Name of the flag') }),
  facts: Flag,
  timeout: '10s',
  async read({ flag }, { client, signal }: ToolContext<FlagService>) {
    const facts = await client.get(flag, signal);
    return { facts, summary: `flag ${flag} is ${facts.enabled ? 'on' : 'off'}, version ${facts.version}` };
  },
});
