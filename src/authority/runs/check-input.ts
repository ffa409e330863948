import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import type { RunbookEntry } from '../../domain/manifest.ts';

/** What Ajv says beside its message, for the two keywords that name a field. */
const Params = z.looseObject({ missingProperty: z.string().optional(), additionalProperty: z.string().optional() });

export interface InputProblem {
  field: string;
  message: string;
}

// The server has only the manifest's JSON Schema, never the runbook's code.
const ajv = new Ajv2020({ allErrors: true, useDefaults: true, strict: false });
const compiled = new Map<string, ValidateFunction>();

/** JSON with a schema's defaults filled in, or every problem with the field it is about. `of` names what it is for. */
export function checkJson(
  schemaHash: string,
  schema: JsonObject,
  given: JsonObject,
  of: string,
): { input: JsonObject } | { problems: InputProblem[] } {
  let validate = compiled.get(schemaHash);
  if (!validate) compiled.set(schemaHash, (validate = ajv.compile(schema)));
  const input = structuredClone(given);
  if (validate(input)) return { input };
  const problems = (validate.errors ?? []).map((error) => {
    const { missingProperty, additionalProperty } = Params.parse(error.params);
    const path = error.instancePath.slice(1).replaceAll('/', '.');
    const field = [path, missingProperty ?? additionalProperty].filter(Boolean).join('.') || 'input';
    if (missingProperty) return { field, message: 'is required' };
    if (additionalProperty)
      return {
        field,
        message: `is not an input of ${of}; it takes ${Object.keys(schema['properties'] ?? {}).join(', ')}`,
      };
    return { field, message: error.message ?? 'is invalid' };
  });
  return { problems };
}

/** A runbook's input, checked. */
export const checkInput = (runbook: RunbookEntry, given: JsonObject) =>
  checkJson(runbook.hash, runbook.inputSchema, given, runbook.name);
