import type { Bilingual } from '#contracts';

/** A national code set, and the words for its codes. Codes that schools use beyond it are the school's own pairs. */
export interface CodeSet extends Bilingual {
  source: string;
  words: Readonly<Record<string, string>>;
}

const NATIONALITIES =
  '汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 ' +
  '撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺';

export const CODE_SETS = {
  'gbt-2261.1': {
    zh: '人的性别代码',
    en: 'Codes of sex',
    source: 'GB/T 2261.1-2003',
    words: { '0': '未知', '1': '男', '2': '女', '9': '未说明' },
  },
  // Numeric codes alone: 97 and 98, which some systems have, are not in the table.
  'gbt-3304': {
    zh: '中国各民族名称的数字代码',
    en: 'Codes of the nationalities of China',
    source: 'GB/T 3304-1991',
    words: Object.fromEntries(
      NATIONALITIES.split(' ').map((name, i) => [String(i + 1).padStart(2, '0'), `${name}族`]),
    ) as Record<string, string>,
  },
  // 入党积极分子 and 发展对象 are no political status: they have no code.
  'gbt-4762': {
    zh: '政治面貌代码',
    en: 'Codes of political status',
    source: 'GB/T 4762-1984',
    words: {
      ...{ '01': '中共党员', '02': '中共预备党员', '03': '共青团员', '04': '民革会员', '05': '民盟盟员' },
      ...{ '06': '民建会员', '07': '民进会员', '08': '农工党党员', '09': '致公党党员', '10': '九三学社社员' },
      ...{ '11': '台盟盟员', '12': '无党派民主人士', '13': '群众' },
    },
  },
} as const satisfies Record<string, CodeSet>;

export type CodeSetName = keyof typeof CODE_SETS;

/** The word for a code; a word of the set stays as it is. Undefined: the set has neither. */
export function wordIn(name: CodeSetName, value: string): string | undefined {
  const words: Readonly<Record<string, string>> = CODE_SETS[name].words;
  if (Object.hasOwn(words, value)) return words[value];
  return Object.values(words).find((word) => word === value);
}
