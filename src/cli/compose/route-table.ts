import { checkRoutes } from '../../intake/check-routes.ts';
import { DEFAULT_ROUTES, readRoutes, type RouteTable } from '../../intake/routes.ts';
import type { ServerParts } from './server.ts';

/** The routes from alerts to runbooks. @throws when they name what the manifest does not have. */
export function routeTable({
  configuration,
  manifest,
  observeOnly,
}: Pick<ServerParts, 'configuration' | 'manifest' | 'observeOnly'>): RouteTable {
  const table = readRoutes(configuration.BELAY_ROUTES ?? DEFAULT_ROUTES);
  checkRoutes(table, manifest);
  return observeOnly
    ? { ...table, routes: table.routes.map((route) => ({ ...route, mode: 'observe' as const })) }
    : table;
}
