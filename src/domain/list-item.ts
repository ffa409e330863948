import { z } from 'zod';
import { Digest } from './digest.ts';
import { JsonObject } from './json.ts';
import { Priced } from './money.ts';

/** The most one list holds: one decision is about at most so many things. */
export const MOST_ITEMS = 5_000;

/** The most items in one call: each may have some KiB, and a body of HTTP has one MiB. */
export const CHUNK = 100;

/** One of many like things that a runbook found. What is known of it stays with the authority; a workflow never holds it. */
export const ListItem = z.object({
  /** Canonical key of the thing, as its lock key: `aws:111122223333/eu-west-1/volume/vol-0abc`. Each once in a list. */
  key: z.string().min(1).max(500),
  /** How people call it, for example `volume vol-0abc (100 GiB gp3) in eu-west-1`. */
  title: z.string().min(1).max(300),
  /** Whose credential reaches it: the connection of the tool that found it. */
  connection: z.string(),
  /** Who answers for it, as its tags say: a directory name, an identity or an address; null: nobody is named. */
  owner: z.string().max(200).nullable(),
  /** What it costs a month; null where no price is known, which is said. */
  money: Priced.nullable(),
  /** What else is known of it: small, at most 2 KiB as JSON. */
  facts: JsonObject,
  /** What would be done about it; null where nothing is proposed. */
  action: z.object({ tool: z.string(), args: JsonObject }).nullable(),
});
export type ListItem = z.infer<typeof ListItem>;

/** A list as a workflow holds it: its name within the run, how many, and the Merkle root over its items in their order. */
export const ListRef = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  count: z.number().int(),
  digest: Digest,
});
export type ListRef = z.infer<typeof ListRef>;
