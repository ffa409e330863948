import pc from 'picocolors';
import { z } from 'zod';
import { readGate } from '../decide.ts';
import type { GateView } from '../views.ts';
import { approve, type Choice, deny, killBelay } from './decide-at-prompt.ts';
import { followFirstRun } from './follow.ts';
import { forgeApproval } from './forge.ts';
import { decideGate, type GatePart } from './gate-part.ts';
import type { Stage } from './stage.ts';
import { tellEnd } from './story-end.ts';
import type { Teller } from './teller.ts';

export interface StoryOptions {
  /** `ask`: a prompt in the terminal. */
  readonly decision: GatePart['decision'];
  readonly teller: Teller;
  readonly stage: Stage;
}

const WITHIN = 90_000;

async function showEvidence({ stage, teller }: StoryOptions, gate: GateView): Promise<void> {
  for (const { id, summary } of gate.evidence) {
    const text = await (await stage.client.raw(`/api/blobs/${encodeURIComponent(id)}`)).text();
    teller.say(`\n${pc.bold(summary)} ${pc.dim(id.slice(0, 13))}\n${text.split('\n').slice(0, 25).join('\n')}`);
  }
}

function choicesOf(options: StoryOptions, gate: GateView): Choice[] {
  const { stage, teller } = options;
  const first = async (act: () => Promise<void>): Promise<undefined> => {
    await act();
  };
  return [
    { name: 'Approve', choose: approve },
    { name: 'Deny', choose: deny },
    { name: 'Show the evidence', choose: () => first(() => showEvidence(options, gate)) },
    killBelay(stage, teller, gate),
    {
      name: 'Forge an approval, and see it refused',
      choose: () => first(() => forgeApproval({ client: stage.client, temporal: stage.temporal, gate, teller })),
    },
  ];
}

/** Tells the story from the breaking to the verified record. Throws when it does not end as it should. */
export async function tellStory(options: StoryOptions): Promise<void> {
  const { stage, teller } = options;
  teller.event('up', stage.what);
  const broken = await stage.breakIt();
  teller.event('broken', broken);
  const follower = await followFirstRun(stage.client, teller, WITHIN);
  const opened = await follower.until('gate.opened', WITHIN);
  const gate = await readGate(stage.client, z.string().parse(opened?.body['gate']));
  await decideGate({ ...options, follower, choices: choicesOf(options, gate) }, gate);
  await tellEnd(stage, teller, follower, 3 * WITHIN);
  const post = await (await stage.client.raw(`/api/runs/${follower.run}/postmortem`)).text();
  teller.say(`\n${post.slice(0, post.indexOf('## Timeline'))}`);
}
