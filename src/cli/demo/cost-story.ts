import { z } from 'zod';
import { CliError } from '../../platform/problem.ts';
import type { ApiClient } from '../client.ts';
import { AT_THE_TERMINAL } from './aws-stage.ts';
import { type AwsStoryOptions, begin, decideBatch, WITHIN } from './aws-story.ts';
import { tellEnd } from './story-end.ts';

/** What takes days at work takes seconds here; nothing else is different. */
const INPUT = { minAgeDays: 14, grace: '6s', remind: '1d', stabilise: '1s', recheck: '3s', firstWave: 3 };

/** What the owner at the terminal keeps. */
const KEPT = 'orders-restore-test';
const WHY = 'the restore drill of next week still needs it';
const KEPT_DAYS = 30;
const DAY_MS = 86_400_000;

const Listed = z.looseObject({
  items: z.array(z.looseObject({ key: z.string(), facts: z.looseObject({ name: z.string().nullish() }) })),
});
const Kept = z.looseObject({ kept: z.number() });

/** The demo answers for one owner, and says so in the reason. */
async function keepOne(client: ApiClient, run: string, list: string): Promise<void> {
  const address = `/api/runs/${run}/lists/${list}`;
  const { items } = await client.get(`${address}?owner=${AT_THE_TERMINAL}`, Listed);
  const item = items.find(({ facts }) => facts.name === KEPT);
  if (!item) throw new CliError(`${AT_THE_TERMINAL} was not asked about ${KEPT}.`);
  const until = new Date(Date.now() + KEPT_DAYS * DAY_MS).toISOString().slice(0, 10);
  const reason = `${WHY} (belay demo says this for ${AT_THE_TERMINAL})`;
  await client.post(`${address}/keep`, { keys: [item.key], reason, until }, Kept);
}

/** Tells the story from what is left over to what was really saved. Throws when it does not end as it should. */
export async function tellCostStory(options: AwsStoryOptions): Promise<void> {
  const { stage, teller } = options;
  const follower = await begin(options, 'cost/unattached-volumes', INPUT);
  const asked = await follower.until('list.asked', WITHIN);
  await keepOne(stage.client, follower.run, z.string().parse(asked?.body['list']));
  await decideBatch(options, follower);
  await tellEnd(stage, teller, follower, 3 * WITHIN);
}
