import { stripVTControlCharacters } from 'node:util';

/**
 * Text without what a person would not see and a model would: terminal sequences, control characters (NUL cannot even
 * be stored), zero-width, bidirectional and tag characters, and half surrogates, which have no canonical JSON.
 */
export function cleanText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[\p{Cf}\p{Cc}]/gu, (character) => (character === '\n' || character === '\t' ? character : ''))
    .toWellFormed();
}
