import { z } from 'zod';
import { defineRunbook, type Read } from '../../src/sdk/runbook.ts';
import type { Flag } from './flag-service.ts';

const readFlag = (flag: string): Read<Flag> => ({ tool: 'flags.read', args: { flag }, optional: false });

/** Turns a feature off whose flag an alert names. */
export default defineRunbook({
  name: 'remediation/kill-switch',
  version: 1,
  title: 'Kill switch',
  description: 'Turns the feature off that an alert names, when its flag is on.',
  input: z.strictObject({
    flag: z.string().min(1).max(80).describe('Name of the flag, for example new-checkout'),
    stabilise: z
      .string()
      .regex(/^\d+[sm]$/)
      .default('1m')
      .describe('Wait between the change and its verification'),
  }),
  tools: ['flags.read', 'flags.set'],
  fromAlert: { flag: ['feature_flag'] },
  target: 'flag {flag}',
  limits: { turns: 8, tokens: 100_000, repairs: 2 },

  async run(context, input) {
    const { before } = await context.gather('the flag', { before: readFlag(input.flag) });
    const evidence = before.evidence ? [before.evidence.id] : [];
    const proposal = await context.investigate({
      task: `An alert says that the feature behind flag ${input.flag} misbehaves. Propose to turn it off if it is on.`,
      rules: () =>
        before.facts.enabled
          ? {
              conclusion: 'act',
              diagnosis: `Flag ${input.flag} is on, and an alert blames its feature.`,
              confidence: 'medium',
              evidence,
              options: [
                {
                  id: 'turn-off',
                  title: 'Turn the feature off',
                  why: 'It can be turned on again at any time.',
                  actions: [{ tool: 'flags.set', args: { flag: input.flag, enabled: false } }],
                  manual: null,
                },
                { id: 'watch', title: 'Do nothing and watch', why: '', actions: [], manual: null },
              ],
            }
          : {
              conclusion: 'nothing-wrong',
              diagnosis: `Flag ${input.flag} is off already.`,
              confidence: 'high',
              evidence,
              options: [],
            },
      // Whoever proposes, a model included: this runbook touches the flag it was started for, and no other.
      admit: ({ args }) => (args['flag'] === input.flag ? undefined : `this run is about flag ${input.flag}`),
    });
    return await context.act(proposal, {
      stabilise: input.stabilise,
      verify: async () => {
        const { after } = await context.gather('verification', { after: readFlag(input.flag) });
        const seen = after.facts.enabled ? 'on' : 'off';
        return [{ name: 'flag', expected: 'off', seen, passed: !after.facts.enabled, samples: 1 }];
      },
    });
  },
});
