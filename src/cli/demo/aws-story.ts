import { select } from '@inquirer/prompts';
import { z } from 'zod';
import { readGate } from '../decide.ts';
import type { GateView } from '../views.ts';
import type { AwsStage } from './aws-stage.ts';
import { wordsOf } from './aws-words.ts';
import { itemsOf, itemTable, itemText } from './batch-items.ts';
import { approve, type Choice, deny, killBelay, type Said } from './decide-at-prompt.ts';
import { type Follower, followRun } from './follow.ts';
import { decideGate, type GatePart } from './gate-part.ts';
import type { Teller } from './teller.ts';

export interface AwsStoryOptions {
  /** `ask`: a prompt in the terminal. */
  readonly decision: GatePart['decision'];
  readonly teller: Teller;
  readonly stage: AwsStage;
}

/** The longest that any part of these stories takes on a busy machine. Milliseconds. */
export const WITHIN = 90_000;

const Started = z.looseObject({ id: z.string() });

/** Says what is up and what is wrong, and starts the runbook that looks after it. */
export async function begin({ stage, teller }: AwsStoryOptions, runbook: string, input: object): Promise<Follower> {
  teller.event('up', stage.what);
  teller.event('broken', stage.broken);
  const { id } = await stage.client.post('/api/runs', { runbook, input }, Started);
  return followRun(stage.client, teller, id, wordsOf(stage.client, id));
}

async function takeOne({ stage }: AwsStoryOptions, gate: GateView): Promise<Said | undefined> {
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

function choicesOf(options: AwsStoryOptions, gate: GateView): Choice[] {
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

/** Waits for the approval over many, and has it decided. */
export async function decideBatch(options: AwsStoryOptions, follower: Follower): Promise<void> {
  const opened = await follower.until('gate.opened', WITHIN);
  const gate = await readGate(options.stage.client, z.string().parse(opened?.body['gate']));
  await decideGate({ ...options, follower, choices: choicesOf(options, gate) }, gate);
}
