import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Doors, RunView } from '../authority/doors.ts';
import type { AuthorityFaceOptions } from '../authority/http-face.ts';
import type { AuthorityClient } from '../authority/protocol.ts';
import type { Person } from '../domain/person.ts';
import type { RunActivity } from '../domain/run-activity.ts';
import type { HookProof } from '../intake/proof.ts';
import type { RouteTable } from '../intake/routes.ts';
import type { ScheduleView } from '../intake/schedules/schedule-views.ts';
import type { OidcSettings } from './sign-in/oidc/oidc-client.ts';
import type { OidcSignIn } from './sign-in/sign-in-options.ts';

/** How the parts beside the database are; `/readyz` shows it. */
export interface HealthReport {
  /** By part (`temporal`, `slack`, `workers`). `off`: not configured. Only the database decides readiness. */
  readonly parts: Readonly<Record<string, 'up' | 'down' | 'off'>>;
}

/** Tells that something was written about a run, so that its stream need not wait for the next look. Returns its stop. */
export type OnRunChange = (run: string, wake: () => void) => () => void;

/** What Temporal does for a run, from after one of its events, until the run or the signal ends. */
export type WatchActivities = (run: RunView, after: number, signal: AbortSignal) => AsyncIterable<RunActivity>;

export interface ServerOptions {
  readonly doors: Doors;
  /** What `POST /authority/*` calls. Without worker tokens it is not served: embedded workers call it directly. */
  readonly authority: AuthorityClient;
  /** SHA-256, in hex, of the token of each queue's worker. */
  readonly workerTokens: AuthorityFaceOptions['workerTokens'] | undefined;
  readonly welcome?: AuthorityFaceOptions['welcome'];
  readonly queueOfAction: AuthorityFaceOptions['queueOfAction'];
  /** The bearer token that is `localPerson`. Asked each time, so that it can be changed while running. */
  readonly token: () => string;
  /** Who the bearer and a signed-in browser are; the door is set by the way they came. */
  readonly localPerson: Omit<Person, 'door'>;
  /** The `Host` values this server answers to, with port. A function where the port is known only after listening. */
  readonly hosts: readonly string[] | (() => readonly string[]);
  readonly signIn: {
    /** Told each one-time code, to print it where only the owner looks. */
    readonly announceCode: (code: string) => void;
    /** True where browsers come over HTTPS. */
    readonly secureCookie: boolean;
    /** The OpenID provider that people of the directory sign in at; absent: none. */
    readonly oidc?: (OidcSettings & Pick<OidcSignIn, 'onProblem'>) | undefined;
    /** Cookies are shared by all ports of a host. Default `belay`. */
    readonly cookieName?: string;
  };
  /** Bolt's receiver, which reads the raw body itself. */
  readonly slack?: { requestListener(request: IncomingMessage, response: ServerResponse): void } | undefined;
  readonly routes: RouteTable;
  /** What starts by itself; absent: nothing. */
  readonly schedules?: () => Promise<readonly ScheduleView[]>;
  readonly hookProof: (source: string) => HookProof;
  readonly health: () => HealthReport;
  readonly temporalUp: () => boolean;
  /** Live state beside the record; without it, a stream has the run's steps only. */
  readonly activities?: WatchActivities | undefined;
  readonly onRunChange?: OnRunChange | undefined;
  /** Milliseconds between looks at a run whose stream is open. Default 500. */
  readonly pollMs?: number;
  /** Milliseconds that an edit waits for the approval that takes its place. Default 10,000. */
  readonly nextGateWithinMs?: number;
  /** Errors nobody foresaw, with what the person was told to quote. */
  readonly log: { error(message: string, error: unknown): void };
}
