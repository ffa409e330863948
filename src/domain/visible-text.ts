import { markLookAlikes } from './look-alikes.ts';

/** Characters that show nothing or reorder what is around them: controls, format, lone surrogates, private use, blanks. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/**
 * Text from outside with nothing hidden in it: `⟨U+202E⟩` stands where a character would act unseen, and letters that pass
 * for Latin ones are marked (`а⟨Cyrillic⟩`). Newlines and tabs stay; how an emoji is drawn is nobody's business.
 */
export function visibleText(text: string): string {
  return markLookAlikes(text.replaceAll('\r\n', '\n').replaceAll(/[\uFE0E\uFE0F]/gu, '')).replaceAll(HIDDEN, (hidden) =>
    hidden === '\n' || hidden === '\t'
      ? hidden
      : `⟨U+${(hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}
