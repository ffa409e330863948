import { select } from '@inquirer/prompts';
import pc from 'picocolors';
import { z } from 'zod';
import { CliError } from '../../platform/problem.ts';
import { decide, readGate } from '../decide.ts';
import { gateCard } from '../text/gate-card.ts';
import { GateList, type GateView, LedgerReport } from '../views.ts';
import { type Follower, followFirstRun } from './follow.ts';
import { forgeApproval } from './forge.ts';
import type { Stage } from './stage.ts';
import type { Teller } from './teller.ts';

export interface StoryOptions {
  /** `ask`: a prompt in the terminal. */
  readonly decision: 'approve' | 'deny' | 'ask';
  readonly teller: Teller;
  readonly stage: Stage;
}

const LONG = 3600_000;
const WITHIN = 90_000;

type Choice = 'approve' | 'deny' | 'evidence' | 'kill' | 'forge' | 'decided';

/** Asks at the prompt until there is a decision; one that was made elsewhere (in Slack) takes the prompt away. */
async function ask(gate: GateView, elsewhere: AbortSignal): Promise<Choice> {
  try {
    return await select<Choice>(
      {
        message: `${gate.id}: your decision`,
        choices: [
          { name: 'Approve', value: 'approve' },
          { name: 'Deny', value: 'deny' },
          { name: 'Show the evidence', value: 'evidence' },
          { name: 'Kill Belay now (kill -9), and see the same card still work', value: 'kill' },
          { name: 'Forge an approval, and see it refused', value: 'forge' },
        ],
      },
      { signal: elsewhere, clearPromptOnDone: true },
    );
  } catch (error) {
    if (elsewhere.aborted) return 'decided';
    throw error;
  }
}

async function showEvidence({ stage, teller }: StoryOptions, gate: GateView): Promise<void> {
  const { evidence } = z
    .looseObject({ evidence: z.array(z.looseObject({ id: z.string(), summary: z.string() })).default([]) })
    .parse(gate);
  for (const { id, summary } of evidence) {
    const text = await (await stage.client.raw(`/api/blobs/${encodeURIComponent(id)}`)).text();
    teller.say(`\n${pc.bold(summary)} ${pc.dim(id.slice(0, 13))}\n${text.split('\n').slice(0, 25).join('\n')}`);
  }
}

const say = (options: StoryOptions, gate: GateView, decision: 'approve' | 'deny', reason: string) => {
  const option = gate.options.find((candidate) => candidate.recommended) ?? gate.options[0];
  if (!option) throw new CliError(`${gate.id} has no options`);
  return decide(options.stage.client, gate, { decision, digest: option.digest, option: option.id, reason });
};

/** The part where a person is in charge. */
async function decideAtPrompt(options: StoryOptions, follower: Follower, gate: GateView): Promise<void> {
  const { stage, teller } = options;
  for (;;) {
    const elsewhere = new AbortController();
    const watching = follower.until('gate.decided', LONG, elsewhere.signal).then((entry) => {
      if (entry) elsewhere.abort();
      return entry;
    });
    const choice = await ask(gate, elsewhere.signal);
    if (choice === 'decided') return;
    elsewhere.abort();
    if (await watching) return;
    if (choice === 'approve' || choice === 'deny') {
      await say(options, gate, choice, `decided at the prompt of belay demo`);
      return;
    }
    if (choice === 'evidence') await showEvidence(options, gate);
    if (choice === 'forge') await forgeApproval({ client: stage.client, temporal: stage.temporal, gate, teller });
    if (choice === 'kill') {
      teller.event('killed', 'Belay was killed (kill -9); starting it again on the same data');
      await stage.killAndRestart();
      const again = await readGate(stage.client, gate.id);
      teller.event('note', `${again.id} is still ${again.state}, with the same digest`);
    }
  }
}

async function followGate(options: StoryOptions, follower: Follower): Promise<void> {
  const { stage, teller, decision } = options;
  const opened = await follower.until('gate.opened', WITHIN);
  const id = z.string().parse(opened?.body['gate']);
  const gate = await readGate(stage.client, id);
  teller.say(`\n${gateCard(gate)}\n`);
  if (stage.slackPage)
    teller.say(
      `The same card in Slack: ${pc.underline(stage.slackPage)}${stage.slackCode ? ` (sign in with ${stage.slackCode})` : ''}\n`,
    );
  if (decision === 'ask') await decideAtPrompt(options, follower, gate);
  else
    await say(
      options,
      gate,
      decision,
      `belay demo decided this by itself (--${decision === 'approve' ? 'yes' : 'deny'})`,
    );
}

/** How a run must end after what became of its last approval, whoever decided it and wherever. */
export function outcomesAfter(gate: Pick<GateView, 'state' | 'special'> | undefined): string[] {
  const state = gate?.state ?? '';
  switch (state) {
    case 'denied':
      return ['denied'];
    case 'expired':
      return ['expired'];
    case 'in-doubt':
      return ['in-doubt'];
    case 'done':
      // What a person did by hand may have helped or not; what Belay does here helps.
      return gate?.special === 'by-hand' ? ['fixed', 'not-fixed', 'inconclusive'] : ['fixed'];
    default:
      return ['nothing-wrong', 'inconclusive'];
  }
}

/** Tells the story from the breaking to the verified record. Throws when it does not end as it should. */
export async function tellStory(options: StoryOptions): Promise<void> {
  const { stage, teller } = options;
  teller.event('up', stage.what);
  const broken = await stage.breakIt();
  teller.event('broken', broken);
  const follower = await followFirstRun(stage.client, teller, WITHIN);
  await followGate(options, follower);
  const finished = await follower.until('run.finished', 3 * WITHIN);
  const { outcome } = finished?.body ?? {};
  const report = await stage.client.get('/api/ledger/verify', LedgerReport);
  teller.event(
    'ledger.verified',
    `The ledger verifies: ${report.entries} entries, ${report.problems.length} problems`,
    { ok: report.ok, entries: report.entries },
  );
  if (!report.ok) throw new CliError(`The ledger does not verify: ${report.problems.join('; ')}`);
  const { gates } = await stage.client.get(`/api/gates?run=${follower.run}`, GateList);
  const wanted = outcomesAfter(gates.findLast(({ kind }) => ['action', 'plan', 'batch'].includes(kind)));
  if (!wanted.includes(String(outcome)))
    throw new CliError(`The run ended with ${String(outcome)}, not with ${wanted.join(' or ')}.`);
  const post = await (await stage.client.raw(`/api/runs/${follower.run}/postmortem`)).text();
  teller.say(`\n${post.slice(0, post.indexOf('## Timeline'))}`);
}
