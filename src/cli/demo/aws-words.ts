import { z } from 'zod';
import { Money, sumsText } from '../../domain/money.ts';
import type { ApiClient } from '../client.ts';
import { readGate } from '../decide.ts';
import { batchIn } from './batch-items.ts';
import type { Entry, Told, Words } from './follow.ts';

const Sums = z.array(Money).transform(sumsText);
const Started = z.looseObject({ runbook: z.string() });
const Asked = z.looseObject({ list: z.string() });
const Listed = z.looseObject({ items: z.array(z.looseObject({ owners: z.array(z.string()) })) });
const Kept = z.looseObject({ by: z.string(), reason: z.string(), until: z.iso.datetime() });
const Count = z.number();
const Scan = z.looseObject({
  scanner: z.string(),
  counts: z.looseObject({ FAIL: Count, PASS: Count }),
  changes: z.looseObject({ fresh: Count, gone: Count }),
});
const Executed = z.looseObject({ summary: z.string() });
const Saved = z.looseObject({ estimated: Sums, approved: Sums, realised: Sums });
const Verified = z.looseObject({
  verdict: z.string(),
  checks: z.array(z.looseObject({ name: z.string(), seen: z.string() })),
});

const DAY_MS = 86_400_000;

/** A day that is the last one: what ends at midnight is over on the day before. */
const lastDay = (until: string): string => new Date(Date.parse(until) - DAY_MS).toISOString().slice(0, 10);

/** How many each owner is asked about: `ada about 5, grace about 4, the channel about 3`. */
async function askedText(client: ApiClient, run: string, list: string): Promise<string> {
  const { items } = await client.get(`/api/runs/${run}/lists/${list}?limit=500`, Listed);
  const counts = new Map<string, number>();
  for (const { owners } of items)
    for (const owner of owners.length === 0 ? ['the channel'] : owners) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return [...counts].map(([owner, count]) => `${owner} about ${count}`).join(', ');
}

/** The words of a story about many things. */
export const wordsOf = (client: ApiClient, run: string): Words => ({
  of: (entry) => toldOf(client, entry, run),
  read: (_, summary) => `read: ${summary}`,
});

async function toldOf(client: ApiClient, { kind, body }: Entry, run: string): Promise<Told> {
  switch (kind) {
    case 'run.bound': {
      const { runbook } = await client.get(`/api/runs/${run}`, Started);
      return { text: `${run} of ${runbook} started` };
    }
    case 'list.asked': {
      const asked = await askedText(client, run, Asked.parse(body).list);
      return { text: `asked in Slack whether they keep something: ${asked}` };
    }
    case 'item.kept': {
      const { by, reason, until } = Kept.parse(body);
      return { text: `${by} keeps one until ${lastDay(until)}: “${reason}”` };
    }
    case 'scan.recorded': {
      const { scanner, counts, changes } = Scan.parse(body);
      const { FAIL: failing, PASS: passing } = counts;
      return {
        text: `scanned by ${scanner}: ${failing} failing, ${passing} passing; ${changes.fresh} new, ${changes.gone} gone`,
      };
    }
    case 'gate.opened': {
      const gate = await readGate(client, z.string().parse(body['gate']));
      const { count, money, unpriced, largest } = batchIn(gate);
      const cost = unpriced === count ? '' : `, ${sumsText(money)} a month`;
      return {
        text: `${gate.id} asks for one approval of exactly ${count}${cost}`,
        fields: { count, money, largest },
      };
    }
    case 'gate.decided': {
      const { id, state, decisions } = await readGate(client, z.string().parse(body['gate']));
      const out = new Set(decisions.flatMap(({ without }) => without)).size;
      const by = [...new Set(decisions.map(({ person }) => person.name))].join(', ');
      return { text: `${id} ${state} by ${by}${out > 0 ? `; ${out} taken out` : ''}`, fields: { takenOut: out } };
    }
    case 'action.executed':
      return { text: Executed.parse(body).summary };
    case 'run.verified': {
      const { verdict, checks } = Verified.parse(body);
      return { text: `${verdict}: ${checks.map(({ name, seen }) => `${name} ${seen}`).join('; ')}` };
    }
    case 'savings.measured': {
      const { estimated, approved, realised } = Saved.parse(body);
      return { text: `a month: estimated ${estimated}, approved ${approved}, realised ${realised}` };
    }
    default:
      return {};
  }
}
