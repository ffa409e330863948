import type { JsonObject } from '../../domain/json.ts';
import type { Read } from '../../sdk/run-context.ts';
import type { ReadToolName, ToolCatalog } from '../../tools/catalog.ts';

/** A read the run cannot do without: its failure ends the run and is named. */
export const read = <N extends ReadToolName>(
  tool: N,
  args: ToolCatalog[N]['input'],
): Read<ToolCatalog[N]['facts']> => ({ tool, args: args as JsonObject, optional: false });

/** A read the run can do without. */
export const tryRead = <N extends ReadToolName>(
  tool: N,
  args: ToolCatalog[N]['input'],
): Read<ToolCatalog[N]['facts'] | undefined> => ({ tool, args: args as JsonObject, optional: true });
