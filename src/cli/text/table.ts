import Table from 'cli-table3';
import pc from 'picocolors';
import { visibleText } from '../../domain/visible-text.ts';

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

/** The same, keeping line breaks: what is hidden or passes for something else becomes visible. */
export const visible = visibleText;
