import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { CliError } from '../../platform/problem.ts';
import type { ApiClient } from '../client.ts';
import { RunList } from '../views.ts';
import type { DemoEvent, Teller } from './teller.ts';

const Entry = z.looseObject({ seq: z.number(), kind: z.string(), body: z.record(z.string(), z.unknown()) });
export type Entry = z.infer<typeof Entry>;
const Reads = z.looseObject({
  reads: z.array(z.looseObject({ tool: z.string(), content: z.looseObject({ id: z.string(), summary: z.string() }) })),
});
const Entries = z.looseObject({ entries: z.array(Entry) });
const Steps = z.looseObject({
  steps: z.array(z.looseObject({ seq: z.number().optional(), kind: z.string(), text: z.string() })).default([]),
});

/** Which ledger entries are events of the story. */
const EVENTS: Record<string, DemoEvent> = {
  'alert.received': 'alert.accepted',
  'run.bound': 'run.started',
  'evidence.read': 'evidence.read',
  'plan.proposed': 'plan.proposed',
  'gate.opened': 'gate.opened',
  'gate.decided': 'gate.decided',
  'action.executed': 'action.executed',
  'run.verified': 'run.verified',
  'run.finished': 'run.finished',
  'decision.refused': 'refused',
  'signal.foreign': 'refused',
  'run.note': 'note',
  'scan.recorded': 'scan.recorded',
  'list.asked': 'owners.asked',
  'item.kept': 'item.kept',
  'savings.measured': 'savings.measured',
};

/** What programs are told of an entry, beside its run. */
const TOLD = ['verdict', 'outcome', 'state', 'gate', 'option', 'action'];
const TOLD_OF: Record<string, readonly string[]> = {
  'list.asked': ['list', 'owners', 'until'],
  'item.kept': ['list', 'keys', 'by', 'reason', 'until'],
  'scan.recorded': ['scan', 'scanner', 'counts', 'changes'],
  'savings.measured': ['estimated', 'approved', 'realised', 'source'],
};

const POLL_MS = 300;

/** Follows one run by its ledger: the story is what the record says, nothing else. */
export interface Follower {
  readonly run: string;
  /** Tells what is new until an entry of this kind (or the end of the run) has come; returns that entry. */
  until(kind: string, withinMs: number, signal?: AbortSignal): Promise<Entry | undefined>;
}

/** What there is to tell of an entry besides the record's own line: other words, more for programs. */
export interface Told {
  readonly text?: string;
  readonly fields?: Record<string, unknown>;
}

/** A story's own words, where the record's line is too long or has too little. */
export interface Words {
  readonly of: (entry: Entry) => Promise<Told>;
  /** Of one thing that was read. */
  readonly read: (tool: string, summary: string) => string;
}

const RECORDS: Words = {
  of: async () => ({}),
  read: (tool, summary) => `read ${tool}: ${summary.slice(0, 110)}`,
};

/** Tries again while Belay restarts. */
async function patiently<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CliError && error.exitCode === 3) return undefined;
    throw error;
  }
}

/** Waits for the first run to appear. */
export async function followFirstRun(client: ApiClient, teller: Teller, withinMs: number): Promise<Follower> {
  const end = Date.now() + withinMs;
  for (;;) {
    const first = (await patiently(() => client.get('/api/runs', RunList)))?.runs[0];
    if (first) return followRun(client, teller, first.id);
    if (Date.now() > end) throw new CliError(`No run started within ${withinMs / 1000} s of the alert.`);
    await sleep(POLL_MS);
  }
}

/** Follows a run from its first entry. */
export function followRun(client: ApiClient, teller: Teller, run: string, words: Words = RECORDS): Follower {
  let seen = 0;
  const tell = async (entry: Entry, line: string) => {
    const event = EVENTS[entry.kind];
    if (event === undefined) return;
    if (event === 'evidence.read') {
      for (const { tool, content } of Reads.parse(entry.body).reads)
        teller.event(event, words.read(tool, content.summary), { run, tool, evidence: content.id });
      return;
    }
    const names = TOLD_OF[entry.kind] ?? TOLD;
    const told = Object.entries(entry.body).filter(([name]) => names.includes(name));
    const { text = line, fields } = await words.of(entry);
    teller.event(event, text, { run, ...Object.fromEntries(told), ...fields });
  };
  return {
    run,
    until: async (kind, withinMs, signal) => {
      const end = Date.now() + withinMs;
      for (;;) {
        if (signal?.aborted) return undefined;
        const ledger = await patiently(() => client.get(`/api/ledger?run=${run}`, Entries));
        const detail = ledger && (await patiently(() => client.get(`/api/runs/${run}`, Steps)));
        for (const entry of ledger?.entries ?? []) {
          if (entry.seq <= seen) continue;
          seen = entry.seq;
          await tell(entry, detail?.steps.find((step) => step.seq === entry.seq)?.text ?? entry.kind);
          if (entry.kind === kind || entry.kind === 'run.finished') return entry;
        }
        if (Date.now() > end)
          throw new CliError(
            `The story stopped: no ${kind} within ${withinMs / 1000} s. See: belay show ${run} --steps`,
          );
        await sleep(POLL_MS);
      }
    },
  };
}
