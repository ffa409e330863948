export interface LogLine {
  at: number;
  text: string;
}

const KEPT_LINES = 2000;
const LONGEST_LINE = 4096;

/** The output of one life of one container, line by line with the time it was written; only the newest lines are kept. */
export class ContainerLog {
  readonly lines: LogLine[] = [];
  #rest = '';

  write(chunk: string): void {
    const parts = (this.#rest + chunk).split('\n');
    this.#rest = (parts.pop() ?? '').slice(0, LONGEST_LINE);
    for (const text of parts) this.lines.push({ at: Date.now(), text: text.slice(0, LONGEST_LINE) });
    if (this.lines.length > KEPT_LINES) this.lines.splice(0, this.lines.length - KEPT_LINES);
  }
}
