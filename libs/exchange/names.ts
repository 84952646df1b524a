const FAMILY_FIRST = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const HAN = /^\p{Script=Han}+$/u;

/**
 * 张三; 김민수; 阿卜杜拉·买买提; Maria da Silva. Family name first and without a space where it is written in Han, Hangul or Kana; what
 * stands as a family name of three Han characters or more is no surname but a father's name, which follows after a dot.
 */
export function fullName(family: string, given: string, middle: string): string {
  if (!FAMILY_FIRST.test(family) && !FAMILY_FIRST.test(given))
    return [given, middle, family].filter((part) => part).join(' ');
  if (HAN.test(family) && family.length >= 3 && given) return [given, middle, family].filter((part) => part).join('·');
  return `${family}${middle}${given}`;
}
