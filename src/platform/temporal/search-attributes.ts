import { type Client, Connection } from '@temporalio/client';

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;

/** Adds keyword search attributes to the namespace where they are not there yet. False when that is not allowed here. */
export async function ensureSearchAttributes(
  { connection, options }: Client,
  names: readonly string[],
): Promise<boolean> {
  if (!(connection instanceof Connection)) return false;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace: options.namespace,
      searchAttributes: Object.fromEntries(names.map((name) => [name, KEYWORD])),
    });
    return true;
  } catch (error) {
    return error instanceof Error && /already exists/i.test(error.message);
  }
}
