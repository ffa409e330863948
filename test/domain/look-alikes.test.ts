import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { markLookAlikes } from '../../src/domain/look-alikes.ts';
import { visibleText } from '../../src/domain/visible-text.ts';

// Written by their numbers: in an editor nobody could tell them from the Latin ones.
const [A, C, E, O] = ['\u0430', '\u0441', '\u0435', '\u043e'];

describe('letters that pass for Latin ones', () => {
  test.each([
    ['a Cyrillic letter in a name', `p${A}yments`, `p${A}⟨Cyrillic⟩yments`],
    ['several of them, once', `p${A}${C}t-${O}ps`, `p${A}${C}⟨Cyrillic⟩t-${O}⟨Cyrillic⟩ps`],
    ['a Greek letter', '\u03c1rod', '\u03c1⟨Greek⟩rod'],
    ['an Armenian letter', '\u0570ost', '\u0570⟨Armenian⟩ost'],
    ['a Cherokee letter', '\u13c0ateway', '\u13c0⟨Cherokee⟩ateway'],
    ['in an address', `https://b${E}lay.example.com/x`, `https://b${E}⟨Cyrillic⟩lay.example.com/x`],
    ['beside another part of a name', `prod/${A}${C}${E}`, `prod/${A}${C}${E}⟨Cyrillic⟩`],
    ['a whole word of twins among Latin words', `scale ${C}${O}${A} to 3`, `scale ${C}${O}${A}⟨Cyrillic⟩ to 3`],
    ['mathematical letters', '\u{1d429}rod', '\u{1d429}⟨styled⟩rod'],
    ['full-width letters', '\uff50rod', '\uff50⟨styled⟩rod'],
    ['a Roman numeral for an l', '\u217cogin', '\u217c⟨styled⟩ogin'],
    ['the Kelvin sign', '\u212aubernetes', '\u212a⟨styled⟩ubernetes'],
    ['in JSON', `{"name":"p${A}y"}`, `{"name":"p${A}⟨Cyrillic⟩y"}`],
  ])('%s is marked', (_, text, shown) => {
    expect(markLookAlikes(text)).toBe(shown);
    expect(visibleText(text)).toBe(shown);
  });

  test.each([
    ['English', 'Roll back deployment checkout in shop to revision 3'],
    ['other Latin', 'naïve café, Straße, Łódź, şirket, ñandú, São 1ª'],
    ['Russian', 'Откатить сервис оплаты, потому что он падает: а, о, с, у'],
    ['Russian with a Latin name in it', 'Сервис checkout падает, и это с утра'],
    ['Greek', 'Η υπηρεσία checkout δεν απαντά'],
    ['Japanese and Korean beside Latin', '決済サービスのcheckoutを 한국어 restart'],
    ['units and symbols', '5 µs, 3 m², 10 Ω, 100 %, Belay™, ⚠️'],
    ['Hebrew', 'שירות checkout לא עונה'],
  ])('%s stays as it is', (_, text) => {
    expect(markLookAlikes(text)).toBe(text);
  });

  test('are marked also where something hidden stands between, which is shown too', () => {
    expect(visibleText(`p\u200b${A}y`)).toBe(`p⟨U+200B⟩${A}⟨Cyrillic⟩y`);
  });

  test('are marked once, lose nothing, and a mark that somebody wrote hides none', () => {
    const word = fc.string({
      unit: fc.constantFrom('a', 'b', '1', '-', '/', ' ', A, C, '\u03bf', '\uff50', '⟨', '⟩', '⟨Cyrillic⟩', '\u200b'),
    });
    fc.assert(
      fc.property(word, (text) => {
        const once = markLookAlikes(text);
        expect(markLookAlikes(once)).toBe(once);
        const plain = (it: string) => it.replaceAll(/⟨(?:Cyrillic|Greek|styled)⟩/gu, '');
        expect(plain(once)).toBe(plain(text));
        // In each word with Latin letters, every run of others is followed by its mark.
        expect(once.replaceAll(/[\u0430\u0441]+⟨Cyrillic⟩/gu, '')).not.toMatch(
          /[ab][1/-]*[\u0430\u0441]|[\u0430\u0441][1/-]*[ab]/u,
        );
      }),
    );
  });

  test('are found in a long text before anybody tires of waiting', () => {
    const long = 'the log says p\u0430yments failed; '.repeat(20_000);
    expect(markLookAlikes(long).length).toBeGreaterThan(long.length);
  });
});
