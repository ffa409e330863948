import Table from 'cli-table3';
import pc from 'picocolors';

const NONE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
};

/** Rows under a dim head, without lines: readable, and `cut` and `awk` still work on it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const made = new Table({
    head: head.map((cell) => pc.dim(cell)),
    chars: { ...NONE, left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  made.push(...rows.map((row) => row.map(printable)));
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Text from outside, on one line and without control characters: nobody's alert steers this terminal. */
export const printable = (text: string): string => visible(text).replaceAll(/\s+/g, ' ').trim();

/** The same, keeping line breaks. */
export const visible = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about; \t and \n stay
  text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '\uFFFD');
