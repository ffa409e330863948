import type { z } from 'zod';
import { Failure } from '../domain/failure.ts';
import { JsonObject } from '../domain/json.ts';

/** Arguments as the tool's own schema parses them. Problems name their field. */
export function parseArgs(tool: { name: string; input: z.ZodType }, args: JsonObject): JsonObject {
  const parsed = tool.input.safeParse(args);
  if (parsed.success) return JsonObject.parse(parsed.data);
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'arguments'}: ${issue.message}`);
  throw new Failure('stop.invalid-input', `${tool.name}: ${problems.join('; ')}`);
}
