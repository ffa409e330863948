import { userInfo } from 'node:os';
import { createServer } from '../../api/server.ts';
import type { ServerOptions } from '../../api/server-options.ts';
import type { AuthorityContext } from '../../authority/context.ts';
import { directAuthority } from '../../authority/create-client.ts';
import { createDoors } from '../../authority/create-doors.ts';
import type { Doors } from '../../authority/doors.ts';
import type { LedgerKeeper } from '../../authority/ledger/keeper.ts';
import { seenFrom } from '../../authority/ledger/seen.ts';
import { verifiedSequence } from '../../authority/ledger/verified-sequence.ts';
import { startOutbox } from '../../authority/outbox/outbox.ts';
import { createStepUp } from '../../authority/stepup/create-step-up.ts';
import type { AuthorityClient } from '../../authority/protocol.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { scheduleViews } from '../../intake/schedules/schedule-views.ts';
import { startScheduler } from '../../intake/schedules/start-scheduler.ts';
import { createAnnouncements } from '../../intake/announce.ts';
import { createDispatch, SEARCH_ATTRIBUTES } from '../../intake/dispatch.ts';
import type { RouteTable } from '../../intake/routes.ts';
import { watchActivities } from '../../intake/watch-activities.ts';
import { startSweeper } from '../../intake/sweep.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import { connect } from '../../platform/database/connect.ts';
import type { Logger } from '../../platform/log.ts';
import { codeOf } from '../../platform/problem.ts';
import { ensureSearchAttributes } from '../../platform/temporal/search-attributes.ts';
import type { TemporalLink } from '../../platform/temporal/temporal-link.ts';
import { type SlackApp, startSlack } from '../../slack/start-slack.ts';
import { openBundle } from './bundle.ts';
import { freezeCalendars } from './freezes.ts';
import { haltsAtStart } from './halts.ts';
import type { ServerKeys } from './keys.ts';
import { signIns } from '../../authority/people/sign-ins.ts';
import { narrowingOf } from './narrowing.ts';
import { oidcOf } from './oidc.ts';
import { ledgerKeeper } from './ledger-keeper.ts';
import { passkeySite } from './passkey-site.ts';
import { recordKey } from './record-key.ts';
import { scheduleTable } from './schedule-table.ts';
import { portInUse } from './port-in-use.ts';

export interface ServerParts {
  readonly configuration: Configuration;
  readonly databaseUrl: string;
  readonly keys: ServerKeys;
  readonly token: string;
  /** Whose the token is, and a browser that signs in. */
  readonly person: ServerOptions['localPerson'];
  readonly manifest: Manifest;
  readonly temporal: TemporalLink;
  /** Embedded: the one local person is an approver and may approve what they started. */
  readonly solo: boolean;
  /** Every run only looks, whatever the route file or a person says, and nothing is granted. */
  readonly observeOnly: boolean;
  readonly workerTokens: ServerOptions['workerTokens'];
  readonly welcome?: ServerOptions['welcome'];
  /** Temporal shows no target, because what it is given is encrypted. */
  readonly secretive?: boolean;
  readonly announceCode: (code: string) => void;
  readonly log: Logger;
}

export interface RunningServer {
  readonly url: string;
  readonly doors: Doors;
  readonly authority: AuthorityClient;
  /** Of every key whose signature is believed. */
  readonly publicKeyPem: string;
  readonly approvers: readonly string[];
  readonly policy: { readonly text: string; readonly problems: readonly string[] };
  readonly routes: RouteTable;
  /** What was halted when it started, in words. */
  readonly halts: readonly string[];
  readonly slack: SlackApp | undefined;
  stop(): Promise<void>;
}

/** The person at this machine's terminal. */
export const localPerson = () => {
  const { username } = userInfo();
  return { id: `local:${username}`, name: username };
};

async function openSlack(
  { configuration, log }: ServerParts,
  doors: Doors,
  web: () => string,
): Promise<SlackApp | undefined> {
  const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, SLACK_API_URL, BELAY_SLACK_CHANNEL } = configuration;
  if (SLACK_BOT_TOKEN === undefined || BELAY_SLACK_CHANNEL === undefined) return undefined;
  const settings = {
    botToken: SLACK_BOT_TOKEN,
    signingSecret: SLACK_SIGNING_SECRET,
    appToken: SLACK_APP_TOKEN,
    apiUrl: SLACK_API_URL,
    channel: BELAY_SLACK_CHANNEL,
    web,
  };
  return await startSlack({ settings, doors, log: log.child({ part: 'slack' }) });
}

/** The `Host` values that mean this server. */
export const hostNames = ({ BELAY_HOST: host, BELAY_PUBLIC_URL: known }: Configuration, port: number): string[] => [
  ...[host, '127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`),
  ...(known ? [new URL(known).host] : []),
];

/** Listens, and gives the port. @throws CliError (exit 2) for one in use. */
export async function listen(app: ReturnType<typeof createServer>, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw codeOf(error) === 'EADDRINUSE' ? portInUse(port, error) : error;
  }
  const address = app.server.address();
  return typeof address === 'object' && address ? address.port : port;
}

/** The authority and its doors: API, webhooks, Slack, the outbox that reaches Temporal and people. */
export async function startServer(parts: ServerParts): Promise<RunningServer> {
  const { configuration, manifest, temporal, log } = parts;
  const { person, keys } = parts;
  const { schedules } = await scheduleTable(configuration, manifest);
  const approvers = [...(parts.solo ? [person.id] : []), ...(configuration.BELAY_APPROVERS ?? [])];
  const database = connect(parts.databaseUrl, (error) => log.warn({ err: error }, 'a database connection was lost'));
  const { db } = database;
  let poke = () => {};
  const site = passkeySite(configuration, () => port, log);
  const calendars = freezeCalendars(configuration, log);
  const context: AuthorityContext = {
    db,
    key: keys.signing,
    manifest,
    blobKey: keys.blobs,
    bundle: () => rules.keeper.active(),
    bundles: () => rules.keeper,
    stepUp: createStepUp({ key: keys.signing, bundle: () => context.bundle(), now: () => new Date() }, site),
    model: configuration.BELAY_MODEL ?? null,
    observeOnly: parts.observeOnly,
    now: () => new Date(),
    poke: () => poke(),
    narrowing: narrowingOf(configuration, () => new Date()),
    ...(configuration.BELAY_OIDC_ISSUER === undefined ? {} : { signIns: signIns(() => new Date()) }),
    seen: seenFrom(undefined),
    verified: verifiedSequence(),
    ...(calendars ? { calendars } : {}),
    keeper: () => keeper,
  };
  const rules = await openBundle(parts, approvers, context);
  await recordKey(context, log);
  const keeper: LedgerKeeper = ledgerKeeper(context, configuration, () => slack?.announcer, log);
  await keeper.check();
  const halts = await haltsAtStart(context, log);
  const doors = createDoors(context);
  const authority = directAuthority(context);
  const { routes } = rules;
  const { BELAY_HOST: host } = configuration;
  let port = configuration.BELAY_PORT;
  // A browser takes passkeys from `localhost`, and from no address in digits.
  const web = () => configuration.BELAY_PUBLIC_URL ?? `http://localhost:${port}`;
  const slack = await openSlack(parts, doors, web);

  let labelled: boolean | undefined;
  const client = async () => {
    const ready = await temporal.client();
    labelled ??= await ensureSearchAttributes(ready, SEARCH_ATTRIBUTES);
    return ready;
  };
  const outbox = startOutbox({
    db,
    now: context.now,
    handlers: {
      ...createDispatch({ context, client, labelled: () => labelled === true, secretive: parts.secretive ?? false }),
      ...createAnnouncements({ context, doors, announcer: () => slack?.announcer }),
    },
    onError: (topic, subject, error) => log.warn({ err: error, topic, subject }, 'will be tried again'),
  });
  poke = () => outbox.poke();
  keeper.start();
  const scheduler = startScheduler({ context, doors, schedules, log: log.child({ part: 'schedules' }) }, (error) =>
    log.warn({ err: error }, 'schedules could not be looked at; it is tried again'),
  );
  const sweeper = startSweeper(context, client, (error) => log.debug({ err: error }, 'could not sweep'));

  const app = createServer({
    doors,
    authority,
    routes,
    schedules: () => scheduleViews(context, schedules),
    workerTokens: parts.workerTokens,
    queueOfAction: async (id) =>
      (await db.selectFrom('actions').select('queue').where('id', '=', id).executeTakeFirst())?.queue,
    token: () => parts.token,
    welcome: parts.welcome,
    localPerson: person,
    hosts: () => hostNames(configuration, port),
    signIn: {
      announceCode: parts.announceCode,
      secureCookie: configuration.BELAY_PUBLIC_URL?.startsWith('https:') ?? false,
      oidc: oidcOf(configuration, log.child({ part: 'sign-in' })),
    },
    slack: slack?.requestListener ? { requestListener: slack.requestListener } : undefined,
    hookProof: (source) => configuration.hooks.get(source) ?? { secrets: [], tokens: [] },
    temporalUp: () => temporal.up(),
    activities: async function* (run, after, signal) {
      yield* watchActivities(await temporal.client(), run.workflowId, after, signal);
    },
    health: () => ({
      parts: {
        temporal: temporal.up() ? 'up' : 'down',
        slack: slack ? (slack.status().problem ? 'down' : 'up') : 'off',
      },
    }),
    log: { error: (message, error) => log.error({ err: error }, message) },
  });
  const stop = async () => {
    rules.stop();
    await app.close();
    await scheduler.stop();
    sweeper.stop();
    calendars?.stop();
    await outbox.stop();
    await keeper.stop();
    await slack?.stop();
    await database.close();
  };
  try {
    port = await listen(app, host, port);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `http://${host}:${port}`,
    doors,
    authority,
    publicKeyPem: keys.signing.ringPem,
    approvers: rules.approvers(),
    policy: rules.status(),
    routes,
    halts,
    slack,
    stop,
  };
}
