import { Help } from 'commander';
import pc from 'picocolors';

/** Everything the story is made of, in the order the contract names. */
export type DemoEvent =
  | 'up'
  | 'broken'
  | 'alert.accepted'
  | 'run.started'
  | 'plan.proposed'
  | 'gate.opened'
  | 'gate.decided'
  | 'action.executed'
  | 'run.verified'
  | 'run.finished'
  | 'ledger.verified'
  | 'owners.asked'
  | 'item.kept'
  | 'savings.measured'
  | 'scan.recorded'
  | 'readers.seen'
  | 'proof.written'
  | 'proof.verified'
  | 'evidence.read'
  | 'killed'
  | 'refused'
  | 'note';

/** Tells the story: lines for people, or one JSON object a line. */
export interface Teller {
  event(event: DemoEvent, text: string, fields?: Record<string, unknown>): void;
  /** Text that belongs to no event: the card, addresses. Left out of JSON. */
  say(text: string): void;
}

const MARKS: Partial<Record<DemoEvent, string>> = {
  broken: pc.red('✗'),
  'alert.accepted': pc.yellow('!'),
  'owners.asked': pc.yellow('?'),
  'item.kept': pc.green('✓'),
  'gate.opened': pc.yellow('?'),
  'gate.decided': pc.green('✓'),
  'action.executed': pc.green('→'),
  'run.verified': pc.green('✓'),
  'savings.measured': pc.green('✓'),
  'readers.seen': pc.yellow('!'),
  'proof.verified': pc.green('✓'),
  'run.finished': pc.green('✓'),
  'ledger.verified': pc.green('✓'),
  killed: pc.red('✗'),
  refused: pc.green('✓'),
};

/** What stands before each sentence: time, mark, and the spaces between. */
const MARGIN = 11;

/** The teller for people: time since the start, a mark, a sentence, which goes on below itself where the terminal ends. */
export function tellPeople(
  write: (line: string) => void,
  { started = Date.now(), columns }: { started?: number; columns?: number | undefined } = {},
): Teller {
  const fitted = (text: string): string =>
    columns === undefined || columns < 2 * MARGIN
      ? text
      : new Help().boxWrap(text, columns - MARGIN).replaceAll('\n', `\n${' '.repeat(MARGIN)}`);
  return {
    event: (event, text) =>
      write(
        `${pc.dim(`${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s`)}  ${MARKS[event] ?? pc.dim('·')} ${fitted(text)}`,
      ),
    say: (text) => write(text),
  };
}

/** The teller for programs: `{"at","event",…}`. */
export function tellPrograms(write: (line: string) => void): Teller {
  return {
    event: (event, text, fields = {}) =>
      write(JSON.stringify({ at: new Date().toISOString(), event, text, ...fields })),
    say: () => undefined,
  };
}
