import { condition, setCurrentDetails } from '@temporalio/workflow';
import type { OfRun } from '../../activities/wire.ts';
import type { RequestOf, ResponseOf } from '../../authority/protocol.ts';
import type { BlobRef } from '../../domain/blob.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ToolEntry } from '../../domain/manifest.ts';
import { systemOf } from '../../domain/queue.ts';
import type { Proposal } from '../../sdk/run-context.ts';
import { authority } from './activities.ts';
import { RunCancelled, RunEnds } from './ending.ts';
import { type Carried, type Counters, Journal } from './journal.ts';

/** Turns of evidence that may wait for each other. */
const EVIDENCE_TURNS = 10;

/** A permit is renewed when it has less left than this. */
const RENEW_PERMIT_MS = 3600_000;

/** What a model was told and has used so far. */
export interface Talk {
  conversation: BlobRef | null;
  tokens: number;
}

/** Why a run whose alert resolved before anything began does nothing. */
export const RESOLVED = 'The alert resolved before anything was begun; nothing was done.';

/** Texts for people and records have a limit; what they quote does not. */
export const capped = (text: string): string =>
  text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`.toWellFormed();
const MAX_TEXT = 2000;

/** What one run keeps in memory between its activities; all of it follows from the replayed history. */
export class RunState {
  readonly of: OfRun;
  readonly begun: ResponseOf<'begin'>;
  private permit: ResponseOf<'begin'>['permit'];
  /** Evidence read so far, by blob id. */
  readonly evidence = new Map<string, BlobRef>();
  /** Turns whose evidence is not on the record yet. */
  private unrecorded: RequestOf<'evidence'>['turns'] = [];
  /** Numbers this run's actions, gates and the like; equal on replay, after a reset and after continuing as new. */
  counters: Counters = { sequence: 0, gates: 0, turns: 0, previews: 0, halts: 0, leftOut: 0 };
  readonly journal: Journal;
  /** Where the run is, for queries and Temporal's UI. */
  phase = 'starting';
  /** Asks the author of the plan again, with what a person said of it; undefined where the written rules wrote it. */
  revise: ((feedback: string, by: string) => Promise<Proposal>) | undefined;
  /** Why an action is not this runbook's to take; undefined when it is. */
  admit: (action: { tool: string; args: JsonObject }) => string | undefined = () => undefined;
  /** What a run that was cut short took back, or could not, or left. */
  aftermath = '';
  private readonly wakes: { count: number };
  private readonly foreign: string[];
  private seen = 0;
  private asked = 0;
  private reported = 0;
  private news: ResponseOf<'news'>;

  constructor(of: OfRun, begun: ResponseOf<'begin'>, wakes: { count: number }, foreign: string[], carried?: Carried) {
    this.of = of;
    this.begun = begun;
    this.journal = new Journal(carried);
    this.permit = begun.permit;
    this.news = begun.news;
    this.wakes = wakes;
    this.foreign = foreign;
  }

  /** The permit to read by; one that soon ends is asked for anew: a run may look again after months. */
  async permitNow(): Promise<ResponseOf<'begin'>['permit']> {
    if (Date.parse(this.permit.permit.expiresAt) - Date.now() < RENEW_PERMIT_MS)
      this.permit = (await authority('another permit').begin(this.of)).permit;
    return this.permit;
  }

  /** How often something woke the run. */
  wakeCount(): number {
    return this.wakes.count;
  }

  enter(phase: string): void {
    this.phase = phase;
    setCurrentDetails(phase);
  }

  tool(name: string): ToolEntry {
    const entry = this.begun.tools.find((tool) => tool.name === name);
    if (!entry)
      throw new RunEnds({
        outcome: 'inconclusive',
        summary: `${this.begun.runbook} names no tool ${name}, or this Belay has none; nothing was done.`,
      });
    return entry;
  }

  /**
   * The connection a tool is used on: the one the input names, where its system has it. A system that has no connection
   * of that name is used as `default`; a name that no system has is a mistake and never means another place. What is
   * `given` is that one or none.
   */
  connectionOf(tool: string, given?: string): string {
    const system = systemOf(tool);
    if (given !== undefined) {
      if (this.begun.permit.permit.connections.includes(`${system}.${given}`)) return given;
      throw new RunEnds({
        outcome: 'inconclusive',
        summary: `There is no connection "${given}" of ${system}, so ${tool} cannot be used there; nothing was done.`,
      });
    }
    const named = this.begun.input['connection'];
    const wanted = typeof named === 'string' ? named : 'default';
    const known = this.begun.permit.permit.connections;
    if (wanted !== 'default' && !known.some((one) => one.endsWith(`.${wanted}`)))
      throw new RunEnds({
        outcome: 'inconclusive',
        summary: `There is no connection "${wanted}"; there is ${known.join(', ') || 'none'}. Nothing was done.`,
      });
    const found = [wanted, 'default'].find((name) => known.includes(`${system}.${name}`));
    if (!found)
      throw new RunEnds({
        outcome: 'inconclusive',
        summary: `No connection to ${system} is configured, so ${tool} cannot be used; nothing was done.`,
      });
    return found;
  }

  /** Resolves when something woke the run since the last time it asked, or after `timeout`. A signal says only: look. */
  async woken(timeout: number | `${number}m`): Promise<boolean> {
    const woke = await condition(() => this.wakes.count > this.seen, timeout);
    this.seen = this.wakes.count;
    await this.reportForeign();
    return woke;
  }

  /** Puts on record what signals came that are not ours. */
  async reportForeign(): Promise<void> {
    for (; this.reported < this.foreign.length; this.reported += 1)
      await authority('foreign signal').foreignSignal({
        ...this.of,
        name: (this.foreign[this.reported] ?? '').slice(0, 200).toWellFormed(),
      });
  }

  /** Throws when a person cancelled the run. Asks only when something woke it since it last asked. */
  async stopIfCancelled(): Promise<void> {
    await this.lookUp();
    if (this.news.cancelled) throw new RunCancelled('cancelled by a person');
  }

  /** The same before anything began; then a resolved alert ends the run too: nobody approved acting on what is over. */
  async stopIfMoot(): Promise<void> {
    await this.stopIfCancelled();
    if (this.news.alertResolved) throw new RunEnds({ outcome: 'inconclusive', summary: RESOLVED });
  }

  private async lookUp(): Promise<void> {
    if (this.wakes.count === this.asked) return;
    this.asked = this.wakes.count;
    this.news = await authority().news(this.of);
  }

  /** Says one thing to the people who follow the run; once per key. */
  async say(key: string, text: string): Promise<void> {
    await authority().note({ ...this.of, key, text: capped(text) });
  }

  /** The same, and calls those who are responsible: who decided, and the leads of who was asked. */
  async escalate(key: string, text: string): Promise<void> {
    await authority('escalate').note({ ...this.of, key, text: capped(text), escalate: true });
  }

  /**
   * Notes what a turn read. It goes on record with the next few turns, and always before anything that rests on it
   * (`recordEvidence`): one call for several turns keeps a read step as cheap as a bare activity.
   */
  async noteEvidence(turn: string, reads: RequestOf<'evidence'>['turns'][number]['reads']): Promise<void> {
    if (reads.length > 0) this.unrecorded.push({ turn, reads });
    if (this.unrecorded.length >= EVIDENCE_TURNS) await this.recordEvidence();
  }

  /** Puts on record what was read and is not there yet. */
  async recordEvidence(): Promise<void> {
    if (this.unrecorded.length === 0) return;
    const turns = this.unrecorded;
    this.unrecorded = [];
    await authority('record evidence').evidence({ ...this.of, turns });
  }
}
