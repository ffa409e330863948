import { sql } from 'kysely';
import { orUnreachable } from '../platform/database/connect.ts';
import { receiveAlerts } from './alerts/receive.ts';
import { getBlob } from './blobs/blob-store.ts';
import { policyDoors } from './bundle/policy-doors.ts';
import type { AuthorityContext } from './context.ts';
import type { Doors } from './doors.ts';
import { peopleDoors } from './people/people-doors.ts';
import { exceptionDoors } from './exceptions/exception-doors.ts';
import { findingDoors } from './findings/finding-doors.ts';
import { freezeDoors } from './freezes/freeze-doors.ts';
import { decide } from './gates/decide.ts';
import { gateViews } from './gates/view.ts';
import { haltDoors } from './halts/halt-doors.ts';
import { ledgerDoors } from './ledger/ledger-doors.ts';
import { readChain } from './ledger/read.ts';
import { listDoors } from './lists/list-doors.ts';
import { verifyLedger } from './ledger/verify.ts';
import { proofDoors } from './proof/proof-doors.ts';
import { acknowledge } from './runs/acknowledge.ts';
import { cancelRun } from './runs/cancel.ts';
import { postmortem } from './runs/postmortem.ts';
import { runViews } from './runs/run-view.ts';
import { startRun } from './runs/start.ts';
import { stepText } from './runs/step-text.ts';
import { passkeyDoors } from './stepup/passkey-doors.ts';

const PAGE = 200;

/** The doors' view of the authority, straight on the database. Every method rejects with `retry.unreachable` while it is down. */
export function createDoors(context: AuthorityContext): Doors {
  const { db } = context;
  const runRow = (id: string) => db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
  const runView = async (id: string) => {
    const row = await runRow(id);
    return row && (await runViews(db, [row]))[0];
  };
  const doors: Doors = {
    manifest: context.manifest,
    ...haltDoors(context),
    ...freezeDoors(context),
    ...exceptionDoors(context),
    ...findingDoors(context),
    ...proofDoors(context),
    ...peopleDoors(context),
    ...ledgerDoors(context),
    ...listDoors(context),
    ...policyDoors(context),
    passkeys: guarded(passkeyDoors(context)),
    start: (request, person, key) => startRun(context, request, person, key),
    run: runView,
    runs: async ({ state, limit = PAGE } = {}) => {
      const query = db.selectFrom('runs').selectAll().orderBy('created_at', 'desc').limit(Math.min(limit, PAGE));
      return await runViews(
        db,
        await query.$if(state !== undefined, (q) => q.where('state', '=', state ?? 'queued')).execute(),
      );
    },
    steps: async (run, afterSeq = 0) =>
      (await readChain(db, run, afterSeq)).map((entry) => ({
        seq: entry.seq,
        at: entry.at,
        kind: entry.kind,
        text: stepText(entry),
      })),
    acknowledge: (run, person) => acknowledge(context, run, person),
    cancel: (run, person, reason) => cancelRun(context, run, person, reason),
    gate: async (id) =>
      (await gateViews(context, await db.selectFrom('gates').selectAll().where('id', '=', id).execute()))[0],
    gates: async ({ state, run } = {}) => {
      let query = db.selectFrom('gates').selectAll().orderBy('opened_at').limit(PAGE);
      // A frozen gate is an open one that a halt covers; it is found under both names.
      if (state) query = query.where('state', '=', state === 'frozen' ? 'open' : state);
      if (run) query = query.where('run', '=', run);
      const gates = await gateViews(context, await query.execute());
      return state === 'frozen' ? gates.filter((gate) => gate.state === 'frozen') : gates;
    },
    decide: (gate, request, person) => decide(context, gate, request, person),
    ledger: (run) => readChain(db, run),
    verifyLedger: () => verifyLedger(context),
    postmortem: async (id) => {
      const view = await runView(id);
      return view && postmortem(view, await readChain(db, id));
    },
    blob: (id) => getBlob(context, id),
    receiveAlerts: (alerts) => receiveAlerts(context, alerts),
    ready: () =>
      sql`select 1`.execute(db).then(
        () => true,
        () => false,
      ),
  };
  return guarded(doors);
}

/** Translates a lost database once, at this edge. */
export function guarded<T extends object>(calls: T): T {
  return new Proxy(calls, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      return typeof value === 'function'
        ? (...args: unknown[]) => orUnreachable(async () => Reflect.apply(value, target, args))
        : value;
    },
  });
}
