import type { JsonObject } from '../domain/json.ts';
import { PROPOSE_PLAN, PROPOSE_PLAN_DESCRIPTION, planSchema } from './plan-tool.ts';
import type { ToolBelt } from './tool-belt.ts';
import { toWireName } from './tool-name.ts';

/** A function as OpenAI's API takes it. */
export interface ModelFunction {
  readonly type: 'function';
  readonly function: { readonly name: string; readonly description: string; readonly parameters: JsonObject };
}

/** Everything the model can call: the tools that read, and the one that ends the investigation. Never one that writes. */
export function modelFunctions(belt: ToolBelt): ModelFunction[] {
  const reads = belt.reads.map(({ name, description, inputSchema }) => {
    const { $schema: _, ...parameters } = inputSchema;
    return modelFunction(toWireName(name), description, parameters);
  });
  const plan = planSchema(belt.writes.map(({ name }) => name));
  return [...reads, modelFunction(PROPOSE_PLAN, PROPOSE_PLAN_DESCRIPTION, plan)];
}

const modelFunction = (name: string, description: string, parameters: JsonObject): ModelFunction => ({
  type: 'function',
  function: { name, description, parameters },
});
