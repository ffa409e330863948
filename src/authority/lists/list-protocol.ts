import { z } from 'zod';
import { Preview } from '../../domain/action.ts';
import { BlobRef } from '../../domain/blob.ts';
import { ActionId, GateId } from '../../domain/ids.ts';
import { CHUNK, ListItem, ListRef } from '../../domain/list-item.ts';
import { Money } from '../../domain/money.ts';
import { Plan } from '../../domain/plan.ts';
import { call, GateAnswer, News, nothing, ofRun } from '../protocol-call.ts';

const Name = ListRef.shape.name;
const Position = z.number().int().positive();

/** A list that is closed: what of it a workflow may know. */
export const ListSummary = ListRef.extend({
  /** What its items cost a month, for each currency. */
  money: z.array(Money),
  /** How many have no known price. */
  unpriced: z.number().int(),
  /** Who says what they cost: `price table of 2026-11-01`. */
  sources: z.array(z.string()).max(10),
  /** How many of what it was made from are not in it. */
  leftOut: z.number().int(),
  /** How many on which connection of which tool, where something is proposed about them. */
  places: z.array(z.object({ tool: z.string(), connection: z.string(), count: z.number().int() })),
});
export type ListSummary = z.infer<typeof ListSummary>;

const Waiting = z.object({ over: z.boolean(), lookAgainMs: z.number().int().positive(), news: News });

/** How many items of a batch ended how. */
export const BatchCounts = z.object({
  approved: z.number().int(),
  done: z.number().int(),
  skipped: z.number().int(),
  failed: z.number().int(),
  inDoubt: z.number().int(),
  undone: z.number().int(),
});
export type BatchCounts = z.infer<typeof BatchCounts>;

/** What workers ask about lists of many like things, and about the batch gates that are opened over them. */
export const listProtocol = {
  /** From the tools worker that found them. `first`: what this part brought before is replaced. A closed list takes none. */
  putItems: call(
    ['tools'],
    ofRun.extend({
      list: Name,
      part: z.string().max(200),
      system: z.string(),
      connection: z.string(),
      first: z.boolean(),
      items: z.array(ListItem.omit({ connection: true })).max(CHUNK),
    }),
    nothing,
  ),
  /** Orders a list by key and fixes its digest; closed again it answers the same. */
  closeList: call(['runbooks'], ofRun.extend({ list: Name }), ListSummary),
  /** Another list, of what is left when keeps and exceptions in force now are taken out; each is on record. */
  reduceList: call(['runbooks'], ofRun.extend({ list: Name, as: Name }), ListSummary),
  /** Tells the owners of a list's items what will happen and that they may keep them. */
  askOwners: call(
    ['runbooks'],
    ofRun.extend({
      list: Name,
      what: z.string().max(500),
      graceMs: z.number().int().positive(),
      remindMs: z.number().int().positive(),
    }),
    Waiting,
  ),
  /** Does what is due (reminders); `over` when the grace is, or nobody is left to answer. */
  attendList: call(['runbooks'], ofRun.extend({ list: Name }), Waiting),
  /** Items of a list from a place on: all, or those whose action is of this system and connection. */
  items: call(
    ['tools'],
    ofRun.extend({
      list: Name,
      after: z.number().int().nonnegative(),
      of: z.object({ system: z.string(), connection: z.string() }).optional(),
    }),
    z.object({ items: z.array(ListItem.extend({ position: Position })) }),
  ),
  /** Straight from the tools worker, as `preview`, for many; `problem` is why one cannot be offered. */
  previews: call(
    ['tools'],
    ofRun.extend({
      list: Name,
      /** Action ids are numbered from here on, by position. */
      base: z.number().int().nonnegative(),
      system: z.string(),
      connection: z.string(),
      previews: z
        .array(
          z
            .object({ position: Position, preview: Preview })
            .or(z.object({ position: Position, problem: z.string().max(500) })),
        )
        .max(CHUNK),
    }),
    nothing,
  ),
  /** Asks for one decision on all previewed items of a list. */
  openBatchGate: call(
    ['runbooks'],
    ofRun.extend({
      ordinal: z.number().int().positive(),
      list: Name,
      tool: z.string(),
      title: z.string().min(1).max(150),
      why: z.string().max(1500),
      plan: Plan.omit({ options: true }),
      evidence: z.array(BlobRef),
    }),
    GateAnswer,
  ),
  /** The next items of an approved batch, in their order, without those that were taken out; `undo`: what took effect, last first. */
  wave: call(
    ['runbooks'],
    ofRun.extend({
      gate: GateId,
      undo: z.boolean(),
      after: z.number().int().nonnegative(),
      size: z.number().int().positive().max(250),
    }),
    z.object({
      items: z.array(z.object({ action: ActionId, connection: z.string() })),
      last: z.number().int().nonnegative(),
    }),
  ),
  /** What became of a batch so far; `as` makes a list of what is done. Ends the gate with `final`. */
  reportBatch: call(
    ['runbooks'],
    ofRun.extend({ gate: GateId, as: Name.nullable(), final: z.boolean() }),
    z.object({
      counts: BatchCounts,
      estimated: z.array(Money),
      approved: z.array(Money),
      done: ListSummary.nullable(),
      report: BlobRef,
    }),
  ),
  /** Puts on record what was really saved, beside what was estimated and approved. */
  savings: call(
    ['runbooks'],
    ofRun.extend({
      gate: GateId,
      estimated: z.array(Money),
      approved: z.array(Money),
      realised: z.array(Money),
      source: z.string().max(300),
    }),
    nothing,
  ),
} as const;
