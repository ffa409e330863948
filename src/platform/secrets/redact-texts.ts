import { redact } from './redact.ts';

/** Stands between two texts; taken out of them before, so that none can pretend to end. */
const BETWEEN = '\u{241e}';

/**
 * Several short texts at once, by their names: starting a scan costs more than running it. A secret that runs over the end
 * of one text into the next makes it look at each by itself.
 */
export async function redactTexts(texts: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const names = Object.keys(texts);
  if (names.length === 0) return {};
  const plain = names.map((name) => (texts[name] ?? '').replaceAll(BETWEEN, ' '));
  const { text, found } = await redact(plain.join(`\n${BETWEEN}\n`));
  if (found === 0) return { ...texts };
  const together = text.split(`\n${BETWEEN}\n`);
  const clean =
    together.length === names.length ? together : await Promise.all(plain.map(async (one) => (await redact(one)).text));
  return Object.fromEntries(names.map((name, at) => [name, clean[at] ?? '']));
}
