import type { Bilingual } from '#contracts';
import { hasInvisible } from './cells.js';

/** What is wrong with a cell (trimmed; '' when blank), or undefined. */
export type CellCheck = (value: string) => Bilingual | undefined;

export const BLANK: Bilingual = { zh: '不能为空', en: 'must not be blank' };
const TOO_LONG: Bilingual = { zh: '最多 200 个字符', en: 'must have at most 200 characters' };
const MAX = 200;

const INVISIBLE: Bilingual = {
  zh: '含不可见的方向或零宽字符，请删除',
  en: 'has characters that are not seen (direction marks, zero width): delete them',
};

export const text: CellCheck = (value) => (value.length > MAX ? TOO_LONG : hasInvisible(value) ? INVISIBLE : undefined);
export const filled: CellCheck = (value) => (value === '' ? BLANK : text(value));

const SPOILT: Bilingual = {
  zh: '学工号被表格软件改成了数字（科学计数法、小数或前置撇号），请把该列设为文本后重新填写',
  en: 'was turned into a number by a spreadsheet (exponent, decimals, an apostrophe before it): format the column as text and fill it in again',
};
const NO_NUMBER: Bilingual = {
  zh: '学工号只能含半角字母、数字和 - _ . /，不能有空格或全角字符',
  en: 'may have letters, digits and - _ . / only, in half width, without spaces',
};

/** 学号, 工号: text, so leading zeros stay. What a spreadsheet or an input method made of one is refused, never guessed. */
export const number: CellCheck = (value) => {
  if (/^\d+(\.\d+)?E\+?\d+$/i.test(value) || /^\d+\.0+$/.test(value) || /^['’]/.test(value)) return SPOILT;
  return filled(value) ?? (/^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(value) ? undefined : NO_NUMBER);
};
