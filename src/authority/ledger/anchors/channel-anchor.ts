import { checkpointDigest } from '../../../domain/checkpoint.ts';
import type { Announcer } from '../../announcer.ts';
import type { Anchor } from './anchor.ts';

/** A message to the people's channel: everybody in it has seen the digest, and nobody here can unsay it. */
export const channelAnchor = (announcer: () => Announcer | undefined): Anchor => ({
  name: 'slack',
  write: async (checkpoint) => {
    const to = announcer();
    if (!to) throw new Error('no Slack channel is connected');
    const { number, entries, chains, sequence, at } = checkpoint;
    const digest = checkpointDigest(checkpoint);
    const text = `Ledger checkpoint ${number} of ${at}: ${entries} entries of ${chains} chains, ${sequence.number} in sequence. ${digest}`;
    await to.announce(text, `checkpoint-${digest}`);
  },
});
