import type { Bilingual } from '#contracts';

/** A national code set, and the words by which the roster knows its codes. */
export interface CodeSet extends Bilingual {
  source: string;
  words: Readonly<Record<string, string>>;
}

export const CODE_SETS = {
  'gbt-2261.1': {
    zh: '人的性别代码',
    en: 'Codes of sex',
    source: 'GB/T 2261.1-2003',
    words: { '0': '未知', '1': '男', '2': '女', '9': '未说明' },
  },
} as const satisfies Record<string, CodeSet>;

export type CodeSetName = keyof typeof CODE_SETS;
