import { z } from 'zod';
import { JsonObject } from '../domain/json.ts';
import { Plan } from '../domain/plan.ts';

/** The one call that ends an investigation. Not a tool of any system: nothing runs when it is called. */
export const PROPOSE_PLAN = 'propose_plan';

export const PROPOSE_PLAN_DESCRIPTION =
  'Ends the investigation with your answer: what you found, how sure you are, which evidence it rests on, and, when ' +
  'something should be done, the options a person may choose from. Proposing carries nothing out and approves nothing.';

const FIELD_HELP: Record<string, string> = {
  conclusion: 'act: something should be done. nothing-wrong: it is healthy or a false alarm. unknown: you cannot tell.',
  diagnosis: 'What is wrong and why you think so, for the person on call. Plain text.',
  evidence: 'Evidence ids (blob:…) this rests on, each exactly as it was shown to you.',
  options: 'Best first. Empty unless the conclusion is act.',
};

/** The plan's JSON Schema, with the tools that its actions may name spelled out. */
export function planSchema(writeTools: readonly string[]): JsonObject {
  const schema = z.toJSONSchema(Plan, {
    io: 'input',
    override: ({ jsonSchema, path }) => {
      const field = path.at(-1);
      // A tool's arguments are any object here: the recursive schema of "any JSON" is refused by some endpoints.
      if (field === 'args') replace(jsonSchema, { type: 'object' });
      if (field === 'tool' && writeTools.length > 0) replace(jsonSchema, { type: 'string', enum: [...writeTools] });
      const help = path.length === 2 && typeof field === 'string' ? FIELD_HELP[field] : undefined;
      if (help) jsonSchema.description = help;
    },
  });
  const { $schema: _, $defs: __, ...rest } = schema;
  return JsonObject.parse(rest);
}

function replace(target: object, value: object): void {
  for (const key of Object.keys(target)) Reflect.deleteProperty(target, key);
  Object.assign(target, value);
}
