import { visibleText } from '../../domain/visible-text.ts';
import { escapeHtml } from '../sign-in/sign-in-page.ts';

/** HTML that was made by `html`, and so needs no escaping. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | false | readonly Part[];

const textOf = (part: Part): string => {
  if (part === null || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(visibleText(String(part)));
  return part.map(textOf).join('');
};

/** A template whose values are text: escaped, for content and quoted attributes, with hidden characters made visible. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((string, at) => string + textOf(parts[at] ?? null)).join(''));
}
