import { pinyin } from 'pinyin-pro';

/** Surnames of two characters that are in use. */
const COMPOUND = new Set(
  (
    '欧阳 上官 司马 司徒 司空 司寇 诸葛 皇甫 尉迟 公孙 慕容 令狐 长孙 宇文 轩辕 端木 东方 西门 南宫 夏侯 申屠 太史 公冶 ' +
    '呼延 赫连 濮阳 淳于 单于 钟离 闻人 澹台 宗政 鲜于 闾丘 亓官 仲孙 完颜 独孤 拓跋 万俟 第五 百里 东郭 南门 公羊 公西 左丘 乐正 梁丘 谷梁 漆雕'
  ).split(' '),
);
/** As surnames; the library reads them as in other words. */
const READ_OTHERWISE: Readonly<Record<string, string>> = { 种: 'chong' };

/**
 * A name in Latin letters, the surname in capitals (GB/T 28039-2011: ZHANG Sanfeng). `ü` is `yu`, as in passports: LYU Bu. Undefined for
 * what this standard does not tell: names of other languages in characters (with ·), and with characters beside letters.
 */
export function latinName(name: string): string | undefined {
  if (/^[A-Za-z][A-Za-z' .-]*$/.test(name)) return name;
  if (!/^\p{Script=Han}{2,10}$/u.test(name)) return undefined;
  const characters = [...name];
  const syllables = pinyin(name, { mode: 'surname', toneType: 'none', type: 'array', v: true });
  if (syllables.length !== characters.length || !syllables.every((one) => /^[a-z]+$/.test(one))) return undefined;
  const first = READ_OTHERWISE[characters[0]!];
  if (first) syllables[0] = first;
  const ofSurname = characters.length > 2 && COMPOUND.has(characters.slice(0, 2).join('')) ? 2 : 1;
  const joined = (from: number, to?: number): string =>
    syllables
      .slice(from, to)
      // A syllable that begins with a vowel stands off: XI'AN.
      .map((one, i) => (i > 0 && /^[aoe]/.test(one) ? `'${one}` : one))
      .join('')
      .replaceAll('v', 'yu');
  const given = joined(ofSurname);
  return `${joined(0, ofSurname).toUpperCase()} ${given[0]!.toUpperCase()}${given.slice(1)}`;
}
