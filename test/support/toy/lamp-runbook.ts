import { z } from 'zod';
import type { JsonObject } from '../../../src/domain/json.ts';
import { type Check, defineRunbook, type Plan, type Read } from '../../../src/sdk/runbook.ts';

const Input = z.strictObject({
  name: z.string().describe('Which lamp'),
  tool: z.enum(['lamp.set', 'lamp.set_once']).default('lamp.set').describe('With which tool'),
  more: z.array(z.string()).default([]).describe('Further lamps, switched after it in the same option'),
  stabilise: z.string().default('1s').describe('Wait before verifying'),
  reads: z.int().default(1).describe('How often it looks before proposing'),
  mistake: z.enum(['none', 'in-rules', 'in-verification']).default('none').describe('A bug in the runbook'),
});

const look = (name: string, step = 0): Read<{ on: boolean; by: string | null; samples: number }> => {
  const args: JsonObject = { name, step };
  return { tool: 'lamp.look', args, optional: false };
};

const nothingWrong = (name: string, evidence: string[]): Plan => ({
  conclusion: 'nothing-wrong',
  diagnosis: `Lamp ${name} is on.`,
  confidence: 'high',
  evidence,
  options: [],
});

/** Switches lamps on, with every stage that the engine has. */
export const lampRunbook = defineRunbook({
  name: 'remediation/lamp',
  version: 1,
  title: 'Dark lamp',
  description: 'Switches a lamp on when it is off.',
  input: Input,
  tools: ['lamp.look', 'lamp.set', 'lamp.set_once'],
  fromAlert: { name: ['lamp'] },
  target: 'lamp {name}',
  limits: { turns: 70, tokens: 10_000_000, repairs: 2 },
  async run(context, input) {
    let evidence: string[] = [];
    let on = false;
    for (let step = 0; step < input.reads; step += 1) {
      const { lamp } = await context.gather(`look ${step + 1}`, { lamp: look(input.name, step) });
      on = lamp.facts.on;
      evidence = lamp.evidence ? [lamp.evidence.id] : [];
    }
    const names = [input.name, ...input.more];
    const rules = (): Plan => {
      if (input.mistake === 'in-rules') throw new TypeError('a bug in the rules');
      if (on) return nothingWrong(input.name, evidence);
      return {
        conclusion: 'act',
        diagnosis: `Lamp ${input.name} is off.`,
        confidence: 'high',
        evidence,
        options: [
          {
            id: 'switch-on',
            title: 'Switch it on',
            why: '',
            actions: names.map((name) => ({ tool: input.tool, args: { name, on: true } })),
            manual: null,
          },
          { id: 'watch', title: 'Do nothing and watch', why: '', actions: [], manual: null },
        ],
      };
    };
    const proposal = await context.investigate({
      task: `Lamp ${input.name} may be off. Switch it on if it is.`,
      rules,
      admit: ({ args }) => (names.some((name) => name === args['name']) ? undefined : 'it is another lamp'),
    });
    return await context.act(proposal, {
      stabilise: input.stabilise,
      verify: async (): Promise<Check[]> => {
        if (input.mistake === 'in-verification') throw new TypeError('a bug in the verification');
        const { lamp } = await context.gather('verification', { lamp: look(input.name, -1) });
        const { on: passed, samples } = lamp.facts;
        return [{ name: 'lamp', expected: 'on', seen: passed ? 'on' : 'off', passed, samples }];
      },
    });
  },
});
