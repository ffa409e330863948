import { type AwsClient, makeClient } from './client.ts';
import { type PriceTable, readPriceTable } from './price-table.ts';
import type { AwsSettings } from './settings.ts';
import { transportOf } from './transport.ts';

/** Makes the client of one account. Asks AWS nothing. */
export function connectAws(settings: AwsSettings): AwsClient {
  let table: PriceTable | undefined;
  return makeClient(settings, transportOf(settings), () => (table ??= readPriceTable(settings.priceTable)));
}
