import { watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { userInfo } from 'node:os';
import { z } from 'zod';
import { type BundleKeeper, keepBundle } from '../../authority/bundle/bundle-keeper.ts';
import type { AuthorityContext } from '../../authority/context.ts';
import { revokeApprovals } from '../../authority/gates/revoke-approvals.ts';
import { activeMembers } from '../../domain/directory.ts';
import { JsonObject } from '../../domain/json.ts';
import { RunMode } from '../../domain/run.ts';
import type { RouteTable } from '../../intake/routes.ts';
import { bundleSource } from './bundle-source.ts';
import type { ServerParts } from './server.ts';

/** The bundle of a running server. */
export interface Rules {
  readonly keeper: BundleKeeper;
  /** Always those of the bundle in force. */
  readonly routes: RouteTable;
  /** Who may approve something, by name: the active members of any group. */
  approvers(): string[];
  /** For the start screen. */
  status(): { text: string; problems: readonly string[] };
  stop(): void;
}

/** How long the files must be quiet before they are read: a checkout changes many. Milliseconds. */
const QUIET = 1000;

const StoredRoute = z.object({
  match: z.record(z.string(), z.string()),
  runbook: z.string(),
  mode: RunMode,
  input: JsonObject,
});

function liveRoutes(file: string, keeper: BundleKeeper): RouteTable {
  const read = () => keeper.stored().content.routes.map((route) => ({ ...StoredRoute.parse(route), line: 0 }));
  let of = keeper.stored();
  let routes = read();
  return {
    file,
    get routes() {
      if (of !== keeper.stored()) {
        of = keeper.stored();
        routes = read();
      }
      return routes;
    },
  };
}

/** Calls back when something in the folder, or the file, changed and is quiet again. What cannot be watched is only said. */
function watchFor(
  paths: readonly { folder: string; file?: string }[],
  changed: () => void,
  failed: (error: unknown) => void,
) {
  let timer: NodeJS.Timeout | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET);
    timer.unref();
  };
  const watchers = paths.flatMap(({ folder, file }) => {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (file === undefined || name === null || name === file) soon();
      });
      watcher.on('error', failed);
      return [watcher];
    } catch (error) {
      failed(error);
      return [];
    }
  });
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

/** How late this server shows what another one put in force; what it decides and grants is never late. Milliseconds. */
const FOLLOW_EVERY = 5_000;

/**
 * Loads the bundle and keeps it up to date: when its files change, and when another server put one in force. @throws CliError (exit 2) when it does
 * not load and no earlier one is known.
 */
export async function openBundle(
  parts: Pick<ServerParts, 'configuration' | 'manifest' | 'observeOnly' | 'solo' | 'log'>,
  approvers: readonly string[],
  context: AuthorityContext,
): Promise<Rules> {
  const { configuration, log } = parts;
  const { BELAY_POLICY: folder, BELAY_ROUTES: routes } = configuration;
  const { username } = userInfo();
  const person = { id: `local:${username}`, name: `${username} (who runs the server)`, door: 'terminal' as const };
  const source = bundleSource({ ...parts, approvers });
  const keeper = await keepBundle({ context, source, by: { person, how: 'start' }, revoke: revokeApprovals });
  const say = () => {
    const refused = keeper.refused();
    if (refused)
      log.error({ problems: refused.problems }, 'the policy does not load; the one of before stays in force');
    else log.info({ hash: keeper.active().hash, policy: keeper.from() }, 'policy in force');
  };
  say();
  const reload = () =>
    void keeper
      .reload({ person, how: 'the files changed' })
      .then(say, (error: unknown) => log.error({ err: error }, 'could not reload the policy'));
  const stopWatching = watchFor(
    [
      ...(folder === undefined ? [] : [{ folder: resolve(folder) }]),
      ...(routes === undefined ? [] : [{ folder: dirname(resolve(routes)), file: basename(routes) }]),
    ],
    reload,
    (error) => log.warn({ err: error }, 'policy files cannot be watched; reload them with belay policy reload'),
  );
  // What is judged asks by itself; this is for what is merely shown: lists, cards, routes.
  const following = setInterval(() => {
    const { hash } = keeper.active();
    keeper.follow().then(
      () => keeper.active().hash !== hash && say(),
      (error: unknown) => log.error({ err: error }, 'the policy in force is another one, and cannot be read here'),
    );
  }, FOLLOW_EVERY).unref();
  return {
    keeper,
    routes: liveRoutes(routes ?? 'the default routes', keeper),
    approvers: () => {
      const { directory } = keeper.active();
      return [...new Set(Object.keys(directory.groups).flatMap((group) => activeMembers(directory, group)))];
    },
    status: () => ({
      text: `${keeper.from()}, ${keeper.active().hash.slice(0, 19)}`,
      problems: keeper.refused()?.problems ?? [],
    }),
    stop: () => {
      clearInterval(following);
      stopWatching();
    },
  };
}
