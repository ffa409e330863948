import pc from 'picocolors';
import { CliError } from '../../platform/problem.ts';
import { decide, firstOption } from '../decide.ts';
import { gateCard } from '../text/gate-card.ts';
import type { GateView } from '../views.ts';
import { type Choice, decideAtPrompt, type Said } from './decide-at-prompt.ts';
import type { Follower } from './follow.ts';
import type { OwnBelay } from './own-belay.ts';
import type { Teller } from './teller.ts';

/** The part of a story where a person is in charge. */
export interface GatePart {
  readonly stage: Pick<OwnBelay, 'client'> & {
    readonly slackPage: string | undefined;
    readonly slackCode: string | undefined;
  };
  readonly teller: Teller;
  readonly follower: Follower;
  /** `ask`: a prompt in the terminal. */
  readonly decision: 'approve' | 'deny' | 'ask';
  readonly choices: readonly Choice[];
}

/** Shows the card and where else it is, and has it decided: by whoever sits there, or by the demo itself, which is said. */
export async function decideGate(part: GatePart, gate: GateView): Promise<void> {
  const { stage, teller, decision } = part;
  teller.say(`\n${gateCard(gate)}\n`);
  if (stage.slackPage)
    teller.say(
      `The same card in Slack: ${pc.underline(stage.slackPage)}${stage.slackCode ? ` (sign in with ${stage.slackCode})` : ''}\n`,
    );
  if (decision !== 'ask') {
    const reason = `belay demo decided this by itself (--${decision === 'approve' ? 'yes' : 'deny'})`;
    await send(part, gate, { decision }, reason);
    return;
  }
  const said = await decideAtPrompt(part.follower, gate, part.choices);
  if (said) await send(part, gate, said, 'decided at the prompt of belay demo');
}

async function send({ stage }: GatePart, gate: GateView, said: Said, reason: string): Promise<void> {
  const option = firstOption(gate);
  if (!option) throw new CliError(`${gate.id} has no options`);
  await decide(stage.client, gate, { ...said, digest: option.digest, option: option.id, reason });
}
