import pc from 'picocolors';

const GOOD = new Set(['finished', 'fixed', 'healthy', 'approved', 'done', 'nothing-wrong', 'observed']);
const BAD = new Set(['failed', 'not-fixed', 'in-doubt', 'halted']);
const WAITING = new Set(['waiting', 'open', 'frozen', 'inconclusive']);

/** A state, outcome or verdict in its colour; the word alone says it too. */
export function toned(word: string | null | undefined): string {
  if (word === null || word === undefined || word === '') return pc.dim('–');
  if (GOOD.has(word)) return pc.green(word);
  if (BAD.has(word)) return pc.red(word);
  return WAITING.has(word) ? pc.yellow(word) : word;
}
