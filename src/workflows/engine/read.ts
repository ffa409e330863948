import type { JsonObject } from '../../domain/json.ts';
import type { Read } from '../../sdk/run-context.ts';
import type { ReadToolName, ToolCatalog } from '../../tools/catalog.ts';

/** A tool's input is JSON by its schema; only its type has no index signature. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
const json = (input: object): JsonObject => input as JsonObject;

/** A read the run cannot do without: its failure ends the run and is named. */
export const read = <N extends ReadToolName>(
  tool: N,
  args: ToolCatalog[N]['input'],
  at: { connection?: string } = {},
): Read<ToolCatalog[N]['facts']> => ({ tool, args: json(args), optional: false, ...at });

/** A read the run can do without. */
export const tryRead = <N extends ReadToolName>(
  tool: N,
  args: ToolCatalog[N]['input'],
  at: { connection?: string } = {},
): Read<ToolCatalog[N]['facts'] | undefined> => ({ tool, args: json(args), optional: true, ...at });
