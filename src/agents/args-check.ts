import { type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { Failure } from '../domain/failure.ts';
import type { ToolEntry } from '../domain/manifest.ts';

const ajv = new Ajv2020({ allErrors: true, strict: false });
ajvFormats.default(ajv);

/** By schema hash: a worker sees the same few schemas for its whole life. */
const compiled = new Map<string, ValidateFunction>();

/** What is wrong with `args` for this tool, in words for a model; undefined when its JSON Schema accepts them. */
export function argsProblem(tool: ToolEntry, args: unknown): string | undefined {
  const validate = compiled.get(tool.schemaHash) ?? compile(tool);
  if (validate(args)) return undefined;
  return (validate.errors ?? []).slice(0, 5).map(errorText).join('; ') || 'they do not match its schema';
}

function compile(tool: ToolEntry): ValidateFunction {
  try {
    const validate = ajv.compile(tool.inputSchema);
    compiled.set(tool.schemaHash, validate);
    return validate;
  } catch (error) {
    throw new Failure('stop.unsupported', `tool ${tool.name}: its input schema cannot be compiled`, { cause: error });
  }
}

function errorText(error: ErrorObject): string {
  const where = error.instancePath === '' ? 'args' : `args${error.instancePath}`;
  if (error.keyword === 'additionalProperties')
    return `${where} has the unknown field ${JSON.stringify(String(error.params['additionalProperty']).slice(0, 80))}`;
  if (error.keyword === 'enum') return `${where} must be one of ${JSON.stringify(error.params['allowedValues'])}`;
  return `${where} ${error.message ?? 'is invalid'}`;
}
