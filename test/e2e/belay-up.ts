import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type ApiClient, clientAt } from '../../src/cli/client.ts';
import { GateList, type GateView, RunDetail, RunList } from '../../src/cli/views.ts';
import { freePort } from '../support/free-ports.ts';
import { createDatabase } from '../support/start-postgres.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { type BelayProgram, belayProgram } from './belay-program.ts';

/** Where a Belay is to be, over all its starts. */
export interface BelayPlace {
  readonly data: string;
  readonly port: number;
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  readonly remove: () => void;
}

/** A port and a data folder; with the shared PostgreSQL unless `DATABASE_URL` is given as empty (then its own). */
export async function belayPlace(
  env: Readonly<Record<string, string>> = {},
  { args = [], cwd }: { args?: readonly string[]; cwd?: string } = {},
): Promise<BelayPlace> {
  const data = temporaryFolder('e2e-data');
  const port = await freePort();
  const { DATABASE_URL = await createDatabase(), ...rest } = env;
  const database: Record<string, string> = DATABASE_URL === '' ? {} : { DATABASE_URL };
  return {
    data: join(data, 'belay'),
    port,
    url: `http://127.0.0.1:${port}`,
    env: { ...database, ...rest },
    args,
    cwd,
    remove: () => rmSync(data, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** A `belay up` that is up. */
export interface BelayUp extends BelayProgram {
  readonly client: ApiClient;
  readonly status: Record<string, unknown>;
  /** A request as any client may send it; the body parsed where it is JSON. */
  readonly ask: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>;
  /** Starts `remediation/bad-deploy`, or the runbook that is given; its run. */
  readonly start: (request: { readonly input: object; readonly mode?: string; runbook?: string }) => Promise<string>;
  readonly openGate: () => Promise<GateView>;
  /** Waits for a run to be over; the only one unless named. */
  readonly over: (run?: string) => Promise<RunDetail>;
  readonly ledger: (run: string) => Promise<LedgerEntry[]>;
}

const Started = z.looseObject({ id: z.string() });
const LedgerEntry = z.looseObject({ kind: z.string(), body: z.record(z.string(), z.unknown()) });
type LedgerEntry = z.infer<typeof LedgerEntry>;
const Ledger = z.object({ entries: z.array(LedgerEntry) });

/** Generous: a busy machine is no failure. */
export const PATIENCE = { within: 120_000, every: 250 };
const OVER = ['finished', 'cancelled', 'failed'];

/** Starts `belay up` and waits until it is up. Throws with what it said when it ends before. */
export async function belayUp(place: BelayPlace): Promise<BelayUp> {
  const { data, port, url, args, env, cwd } = place;
  const program = belayProgram(['up', '--json', '--data', data, '--port', String(port), ...args], env, cwd);
  let gone = false;
  void program.ended.then(() => (gone = true));
  const giveUp = () => (gone ? program.err() || 'it ended' : undefined);
  try {
    const status = await until('Belay is up', () => program.lines()[0], { ...PATIENCE, giveUp });
    const token = readFileSync(join(data, 'token'), 'utf8').trim();
    const client = clientAt({ url, token });
    const runs = async () => (await client.get('/api/runs', RunList)).runs;
    return {
      ...program,
      status,
      client,
      ask: async (method, path, body) => {
        const response = await fetch(`${url}${path}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return { status: response.status, body: await response.json().catch(() => undefined) };
      },
      start: async (request) =>
        (await client.post('/api/runs', { runbook: 'remediation/bad-deploy', ...request }, Started)).id,
      openGate: () =>
        until('an approval is open', async () => (await client.get('/api/gates?state=open', GateList)).gates[0], {
          ...PATIENCE,
          giveUp,
        }),
      over: async (run) =>
        await until(
          'the run is over',
          async () => {
            const found = (await runs()).find(({ id }) => run === undefined || id === run);
            const detail = found && (await client.get(`/api/runs/${found.id}`, RunDetail));
            return detail && OVER.includes(detail.state) ? detail : undefined;
          },
          { ...PATIENCE, giveUp },
        ),
      ledger: async (run) => (await client.get(`/api/ledger?run=${run}`, Ledger)).entries,
    };
  } catch (error) {
    await program.end();
    throw error;
  }
}

/** The recommended option of a gate, as a decision on it. */
export function decisionOn(gate: GateView, decision: 'approve' | 'deny', reason = 'for the test') {
  const option = gate.options.find(({ recommended }) => recommended) ?? gate.options[0];
  return { decision, reason, option: option?.id, digest: option?.digest };
}
