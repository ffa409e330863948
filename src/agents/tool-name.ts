/** OpenAI allows letters, digits, `_` and `-` in a function name, and no dot. */
const WIRE_NAME_LENGTH = 64;

/**
 * A tool's name as models call it: `kubernetes.rollout_undo` → `kubernetes__rollout_undo`.
 * For names that are no tool's (a model made one up) the result is still one that an endpoint takes back.
 */
export function toWireName(tool: string): string {
  return (
    tool
      .replace('.', '__')
      .replace(/[^\w-]/g, '_')
      .slice(0, WIRE_NAME_LENGTH) || 'unnamed'
  );
}

/** The tool that a model's function name means. A system's name holds no `_`, so the first `__` is the dot. */
export const fromWireName = (name: string): string => name.replace('__', '.');
