import { select } from '@inquirer/prompts';
import { z } from 'zod';
import { CliError } from '../../platform/problem.ts';
import type { ApiClient } from '../client.ts';
import { readGate } from '../decide.ts';
import { AT_THE_TERMINAL, type AwsStage } from './aws-stage.ts';
import { wordsOf } from './aws-words.ts';
import { itemsOf, itemTable, itemText } from './batch-items.ts';
import { approve, type Choice, deny, killBelay, type Said } from './decide-at-prompt.ts';
import { followRun } from './follow.ts';
import { decideGate, type GatePart } from './gate-part.ts';
import { tellEnd } from './story-end.ts';
import type { Teller } from './teller.ts';
import type { GateView } from '../views.ts';

export interface CostStoryOptions {
  /** `ask`: a prompt in the terminal. */
  readonly decision: GatePart['decision'];
  readonly teller: Teller;
  readonly stage: AwsStage;
}

/** What takes days at work takes seconds here; nothing else is different. */
const INPUT = { minAgeDays: 14, grace: '6s', remind: '1d', stabilise: '1s', recheck: '3s', firstWave: 3 };
const WITHIN = 90_000;

/** What the owner at the terminal keeps. */
const KEPT = 'orders-restore-test';
const WHY = 'the restore drill of next week still needs it';
const KEPT_DAYS = 30;
const DAY_MS = 86_400_000;

const Started = z.looseObject({ id: z.string() });
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

async function takeOne({ stage }: CostStoryOptions, gate: GateView): Promise<Said | undefined> {
  const items = await itemsOf(stage.client, gate);
  const out = await select<string | undefined>({
    message: 'Which one is taken out?',
    choices: [
      ...items.map((item) => ({ name: itemText(item), value: item.action })),
      { name: 'None; back', value: undefined },
    ],
  });
  return out === undefined ? undefined : { decision: 'approve', without: [out] };
}

function choicesOf(options: CostStoryOptions, gate: GateView): Choice[] {
  const { stage, teller } = options;
  return [
    { name: 'Approve all of them', choose: approve },
    { name: 'Take one out and approve the others…', choose: () => takeOne(options, gate) },
    { name: 'Deny', choose: deny },
    {
      name: 'Show all of them',
      choose: async () => {
        teller.say(`\n${itemTable(await itemsOf(stage.client, gate))}\n`);
        return undefined;
      },
    },
    killBelay(stage, teller, gate),
  ];
}

/** Tells the story from what is left over to what was really saved. Throws when it does not end as it should. */
export async function tellCostStory(options: CostStoryOptions): Promise<void> {
  const { stage, teller } = options;
  const { client } = stage;
  teller.event('up', stage.what);
  teller.event('broken', stage.broken);
  const request = { runbook: 'cost/unattached-volumes', input: INPUT };
  const { id } = await client.post('/api/runs', request, Started);
  const follower = followRun(client, teller, id, wordsOf(client, id));
  const asked = await follower.until('list.asked', WITHIN);
  await keepOne(client, id, z.string().parse(asked?.body['list']));
  const opened = await follower.until('gate.opened', WITHIN);
  const gate = await readGate(client, z.string().parse(opened?.body['gate']));
  await decideGate({ ...options, follower, choices: choicesOf(options, gate) }, gate);
  await tellEnd(stage, teller, follower, 3 * WITHIN);
}
