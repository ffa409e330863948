/** Scripts some of whose letters look like Latin ones (Unicode TR 39). Words in several of them are not written by chance. */
const SCRIPTS = ['Cyrillic', 'Greek', 'Armenian', 'Cherokee', 'Coptic', 'Lisu'] as const;

/**
 * Letters of these scripts that are drawn just like Latin ones (a e o p c y x i j s h l d q w A B E K M H O P C T Y X …): a
 * word of nothing else passes for a Latin one. By their numbers, since nobody could tell them apart here either.
 */
const TWINS =
  /^[\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u04cf\u0501\u051b\u051d\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408\u03b1\u03bd\u03bf\u03c1\u03c5\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\p{M}\p{N}._/:@+-]+$/u;

const MARK = `⟨(?:${SCRIPTS.join('|')}|styled)⟩`;
/** What a name is made of: letters, digits and what stands between them, also what hides there, and our own marks. */
const TOKEN = new RegExp(`(?:[\\p{L}\\p{M}\\p{N}\\p{Default_Ignorable_Code_Point}._/:@+-]|${MARK})+`, 'gu');
const MARKS = new RegExp(MARK, 'gu');
/** A run of one script's letters, with the mark that it may have already. */
const RUNS = SCRIPTS.map((script) => ({
  mark: `⟨${script}⟩`,
  run: new RegExp(`(\\p{Script=${script}}[\\p{Script=${script}}\\p{M}]*)(?:⟨${script}⟩)?`, 'gu'),
}));
const LATIN = /\p{Script=Latin}/u;
const LETTER = /\p{L}/gu;
const OTHERS = new RegExp(SCRIPTS.map((script) => `\\p{Script=${script}}`).join('|'), 'u');

/** Letters that are another way to draw an ASCII one: mathematical, full-width, circled, Roman numerals. */
const STYLED =
  /((?:(?![\p{ASCII}ªº])[\p{L}\p{Nl}\u{24b6}-\u{24e9}\u{1f130}-\u{1f189}](?<=\p{Changes_When_NFKC_Casefolded}))+)(?:⟨styled⟩)?/gu;
const isAscii = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);

/** Whether a word pretends to be Latin: it has Latin letters beside others, or none but twins of them. */
function pretends(word: string, amongLatin: boolean): boolean {
  if (!OTHERS.test(word)) return false;
  return LATIN.test(word) || (amongLatin && (word.match(LETTER) ?? []).length > 1 && TWINS.test(word));
}

/**
 * Marks letters that pass for Latin ones and are none: `pа⟨Cyrillic⟩yments`, where the `а` is not an `a`. Words that are
 * wholly of another script stay as they are, unless each of their letters has a Latin twin and what is around them is
 * Latin. Marks once: a second time changes nothing.
 */
export function markLookAlikes(text: string): string {
  if (isAscii(text.replaceAll(/\s/g, 'x'))) return text;
  // Not by the letters of our own marks.
  const amongLatin = /[a-z]/i.test(text.replaceAll(MARKS, ''));
  return text
    .replaceAll(STYLED, (all, run: string) => (isAscii(run.normalize('NFKC')) ? `${run}⟨styled⟩` : all))
    .replaceAll(TOKEN, (token) =>
      pretends(token.replaceAll(MARKS, ''), amongLatin)
        ? RUNS.reduce((marked, { run, mark }) => marked.replaceAll(run, `$1${mark}`), token)
        : token,
    );
}
