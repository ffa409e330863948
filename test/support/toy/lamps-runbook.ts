import { z } from 'zod';
import { type Check, defineRunbook, type Read } from '../../../src/sdk/runbook.ts';

const Input = z.strictObject({
  prefix: z.string().describe('What their names begin with'),
  tool: z.enum(['lamp.set', 'lamp.set_once']).default('lamp.set').describe('With which tool'),
  owner: z.string().nullable().default(null).describe('Whose they are'),
  grace: z.string().nullable().default(null).describe('How long owners may keep them; nobody is asked without'),
  first: z.int().default(1).describe('How many in the first wave'),
  size: z.int().default(250).describe('How many in each further wave'),
  inFlight: z.int().default(25).describe('How many at a time'),
  stopAfter: z.number().default(0).describe('The share of failures that stops it'),
});

const find = (input: z.infer<typeof Input>, connection: string): Read<{ found: number } | undefined> => ({
  tool: 'lamp.find_dark',
  args: { prefix: input.prefix, tool: input.tool, owner: input.owner },
  optional: true,
  connection,
});
const count = (list: string): Read<{ on: number; of: number }> => ({
  tool: 'lamp.count_on',
  args: { list },
  optional: false,
});

/** Switches many lamps on, with every stage that the engine has for many. */
export const lampsRunbook = defineRunbook({
  name: 'cost/lamps',
  version: 1,
  title: 'Dark lamps',
  description: 'Switches all dark lamps of a name on.',
  input: Input,
  tools: ['lamp.find_dark', 'lamp.count_on', 'lamp.set', 'lamp.set_once'],
  fromAlert: null,
  target: 'lamps {prefix}',
  limits: { turns: 1, tokens: 1, repairs: 0 },
  async run(context, input) {
    const rooms = context.connections('lamp');
    const found = await context.collect('dark', Object.fromEntries(rooms.map((room) => [room, find(input, room)])));
    if (found.count === 0)
      return { outcome: 'nothing-wrong', summary: `No lamp is dark. ${found.failures.join('; ')}` };
    const left =
      input.grace === null
        ? found
        : await context.askOwners(found, 'left', { grace: input.grace, remind: '1h', what: 'These lamps go on.' });
    const { first, size, inFlight, stopAfter } = input;
    const result = await context.actOnMany(left, {
      plan: { diagnosis: `${left.count} lamps are dark.`, confidence: 'high', evidence: [] },
      title: `Switch ${left.count} lamps on`,
      why: '',
      tool: input.tool,
      waves: { first, size, inFlight, stopAfter },
      stabilise: '10ms',
      verify: async (done): Promise<Check[]> => {
        const { lamps } = await context.gather('verification', { lamps: count(done.name) });
        const { on, of } = lamps.facts;
        return [{ name: 'lamps', expected: `${of} on`, seen: `${on} on`, passed: on === of, samples: of }];
      },
    });
    if (result.acted?.done) await context.recordSavings(result.acted, result.acted.done.money, 'the toy');
    return { outcome: result.outcome, summary: result.summary };
  },
});
