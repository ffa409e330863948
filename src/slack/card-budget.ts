import { fenced, line, quoted } from './inert.ts';
import { LIMITS } from './blocks.ts';

/** A code block smaller than this is not worth its frame. */
const SMALLEST = 300;

/**
 * How much text a card may still hold. Slack refuses a message whose blocks are too long in all (the limit is not
 * documented; cards stay far below the sizes people report), so what comes first gets its room first. Everything that is
 * shortened is counted: `left` says how many characters of it are not on the card.
 */
export class CardBudget {
  /** Characters of foreign text that did not fit. */
  left = 0;
  #room: number;

  constructor(room = 12_000) {
    this.#room = room;
  }

  /** One inert line, at most `max` characters. */
  line(text: string, max: number): string {
    return this.#spend(text, max, line);
  }

  /** An inert block quote, at most `max` characters. */
  quote(text: string, max: number): string {
    return this.#spend(text, max, quoted);
  }

  /** Inert code blocks, each fit for one section, at most `count`. */
  code(text: string, count: number): string[] {
    const size = Math.min(LIMITS.section, this.#room);
    const { blocks, left } = size < SMALLEST ? { blocks: [], left: text.length } : fenced(text, size, count);
    for (const block of blocks) this.#room -= block.length;
    this.left += left;
    return blocks;
  }

  #spend(text: string, max: number, render: (text: string, max: number) => string): string {
    const shown = render(text, Math.max(120, Math.min(max, this.#room)));
    this.#room -= shown.length;
    const more = /\[(\d+) more characters\]$/u.exec(shown)?.[1];
    if (more !== undefined) this.left += Number(more);
    return shown;
  }
}
