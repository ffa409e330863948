import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineRunbook, Plan, proposedByText, type RunContext, verdictOf } from '../../src/sdk/runbook.ts';

describe('belay/runbook', () => {
  test('a runbook is what its author wrote: defining it changes nothing and runs nothing', () => {
    const written = {
      name: 'family/name' as const,
      version: 1,
      title: 'T',
      description: 'D',
      input: z.strictObject({ name: z.string() }),
      tools: [],
      fromAlert: null,
      target: '{name}',
      limits: { turns: 1, tokens: 1, repairs: 0 },
      run: () => Promise.reject(new Error('nobody asked')),
    };
    expect(defineRunbook(written)).toBe(written);
  });

  test('its procedure sees its input as its own schema parses it', async () => {
    const runbook = defineRunbook({
      name: 'family/typed',
      version: 1,
      title: 'T',
      description: 'D',
      input: z.strictObject({ wait: z.string().default('1m') }),
      tools: [],
      fromAlert: null,
      target: 'x',
      limits: { turns: 1, tokens: 1, repairs: 0 },
      // Compiles only while the input is the schema's output, in which a default is there.
      run: async (_context: RunContext, input) => ({ outcome: 'nothing-wrong', summary: input.wait.toUpperCase() }),
    });
    const context: RunContext = {
      run: 'r-00000000',
      mode: 'propose',
      gather: () => Promise.reject(new Error('not here')),
      investigate: () => Promise.reject(new Error('not here')),
      act: () => Promise.reject(new Error('not here')),
      connections: () => [],
      collect: () => Promise.reject(new Error('not here')),
      gatherInto: () => Promise.reject(new Error('not here')),
      remaining: () => Promise.reject(new Error('not here')),
      askOwners: () => Promise.reject(new Error('not here')),
      actOnMany: () => Promise.reject(new Error('not here')),
      recordSavings: () => Promise.resolve(),
      sleep: () => Promise.resolve(),
      note: () => Promise.resolve(),
      now: () => new Date(0),
    };
    expect(await runbook.run(context, runbook.input.parse({}))).toEqual({ outcome: 'nothing-wrong', summary: '1M' });
  });

  test('brings the vocabulary a procedure speaks', () => {
    expect(verdictOf([])).toBe('inconclusive');
    expect(proposedByText({ kind: 'rules' })).toBe('rule-based, no model');
    const plan = { conclusion: 'unknown', diagnosis: 'd', confidence: 'low', evidence: [], options: [] };
    expect(Plan.parse(plan)).toEqual(plan);
  });
});
