import { createSpinner } from 'nanospinner';

/** One line that says what is going on while Belay starts. */
export interface ProgressLine {
  /** `fraction` (0 to 1) adds a percentage. */
  say(text: string, fraction?: number): void;
  /** Takes the line away. */
  done(): void;
}

/**
 * On a terminal one spinning line that is rewritten; elsewhere one plain line whenever what is going on changes, so that
 * a log shows the steps and not every second of them.
 */
export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!stream.isTTY) return plainLine((line) => void stream.write(`${line}\n`));
  const spinner = createSpinner('', { stream });
  let started = false;
  return {
    say: (text, fraction) => {
      const line = worded(text, fraction);
      if (started) spinner.update({ text: line });
      else spinner.start({ text: line });
      started = true;
    },
    done: () => {
      if (started) spinner.clear().stop();
      started = false;
    },
  };
}

/** The part before a colon names what is going on; what follows is how far it is. */
export function plainLine(write: (line: string) => void): ProgressLine {
  let before: string | undefined;
  return {
    say: (text) => {
      const what = text.split(':')[0] ?? text;
      if (what !== before) write(`${what} …`);
      before = what;
    },
    done: () => undefined,
  };
}

const worded = (text: string, fraction: number | undefined): string =>
  fraction === undefined ? text : `${text} (${Math.min(100, Math.floor(fraction * 100))} %)`;
