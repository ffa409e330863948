import { select } from '@inquirer/prompts';
import { readGate } from '../decide.ts';
import type { GateView } from '../views.ts';
import type { Follower } from './follow.ts';
import type { OwnBelay } from './own-belay.ts';
import type { Teller } from './teller.ts';

const LONG = 3600_000;

/** What is said of an approval, once that is known. */
export interface Said {
  readonly decision: 'approve' | 'deny';
  /** Actions of a batch that are taken out. */
  readonly without?: readonly string[];
}

/** Something to do at the prompt: it decides, or it does something else and the prompt comes back. */
export interface Choice {
  readonly name: string;
  readonly choose: () => Promise<Said | undefined>;
}

export const approve: Choice['choose'] = async () => ({ decision: 'approve' });
export const deny: Choice['choose'] = async () => ({ decision: 'deny' });

/** Ends Belay without warning and starts it again: the approval is where it was. */
export const killBelay = (stage: OwnBelay, teller: Teller, gate: GateView): Choice => ({
  name: 'Kill Belay now (kill -9), and see the same card still work',
  choose: async () => {
    teller.event('killed', 'Belay was killed (kill -9); starting it again on the same data');
    await stage.killAndRestart();
    const again = await readGate(stage.client, gate.id);
    teller.event('note', `${again.id} is still ${again.state}, with the same digest`);
    return undefined;
  },
});

/** Asks once; a decision that was made elsewhere takes the prompt away. */
async function ask(
  gate: GateView,
  choices: readonly Choice[],
  elsewhere: AbortSignal,
): Promise<Choice['choose'] | undefined> {
  try {
    return await select<Choice['choose']>(
      {
        message: `${gate.id}: your decision`,
        choices: choices.map(({ name, choose }) => ({ name, value: choose })),
      },
      { signal: elsewhere, clearPromptOnDone: true },
    );
  } catch (error) {
    if (elsewhere.aborted) return undefined;
    throw error;
  }
}

/** Asks until there is a decision; undefined where it was made elsewhere (in Slack). */
export async function decideAtPrompt(
  follower: Follower,
  gate: GateView,
  choices: readonly Choice[],
): Promise<Said | undefined> {
  for (;;) {
    const elsewhere = new AbortController();
    const watching = follower.until('gate.decided', LONG, elsewhere.signal).then((entry) => {
      if (entry) elsewhere.abort();
      return entry;
    });
    const choose = await ask(gate, choices, elsewhere.signal);
    if (choose === undefined) return undefined;
    elsewhere.abort();
    if (await watching) return undefined;
    const said = await choose();
    if (said) return said;
  }
}
