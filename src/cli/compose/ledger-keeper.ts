import { join, resolve } from 'node:path';
import type { Announcer } from '../../authority/announcer.ts';
import type { AuthorityContext } from '../../authority/context.ts';
import { halt } from '../../authority/halts/halt.ts';
import { createAnchor } from '../../authority/ledger/anchors/create-anchor.ts';
import { createKeeper, type LedgerKeeper, START_CHECK } from '../../authority/ledger/keeper.ts';
import type { Configuration } from '../../platform/configuration/configuration.ts';
import type { Logger } from '../../platform/log.ts';

/** What keeps the record of this server outside its database: the pin in its data folder, and the configured anchors. */
export const ledgerKeeper = (
  context: AuthorityContext,
  { BELAY_DATA: data, BELAY_ANCHORS: places = [] }: Configuration,
  announcer: () => Announcer | undefined,
  log: Logger,
): LedgerKeeper =>
  createKeeper(context, {
    pinPath: join(resolve(data), 'ledger.pin'),
    anchors: places.map((place) => createAnchor(place, announcer)),
    halt: async (why) => {
      log.error({ why }, 'the database is not the one this Belay knew; it is halted until people resume');
      const reason = `${why.join(' ')} Look at \`belay ledger verify\`; whoever resumes accepts the database as it is.`;
      const answer = await halt(
        context,
        { scope: { kind: 'all' }, undo: false, reason: reason.slice(0, 2000) },
        START_CHECK,
      );
      if (answer.answer !== 'halted') throw new Error(answer.problems.map(({ message }) => message).join('; '));
    },
    onError: (error) =>
      log.warn({ err: error }, 'the ledger could not be kept outside the database; it is tried again'),
  });
