import { raw, sql, type Sql } from '#database';

/** Family names of two characters (复姓), as far as they are in use. */
const COMPOUND =
  '欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 令狐';

/** Han, Kana and Hangul: the family name comes first, and without a space. */
const FAMILY_FIRST = '^[\\u3005\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7af\\U00020000-\\U0003ffff]';

const compound = raw(`'^(?:${COMPOUND.replaceAll(' ', '|')})(?=.)'`);
const familyFirst = raw(`'${FAMILY_FIRST}'`);

/**
 * SQL: the family name within a full name. 阿卜杜拉·买买提 and Maria da Silva have it last, 欧阳修 and 김민수 first; a name of one word that is
 * written with letters is all family name.
 */
export function familyNameOf(name: Sql): Sql {
  return sql`CASE WHEN ${name} LIKE '%·%' THEN substring(${name} FROM '[^·]*$')
    WHEN ${name} LIKE '% %' THEN substring(${name} FROM '[^ ]*$')
    WHEN ${name} !~ ${familyFirst} THEN ${name}
    ELSE coalesce(substring(${name} FROM ${compound}), left(${name}, 1)) END`;
}

/** SQL: what is left of it. Together with the family name it makes the full name again. */
export function givenNameOf(name: Sql): Sql {
  return sql`CASE WHEN ${name} LIKE '%·%' THEN substring(${name} FROM '^(.*)·[^·]*$')
    WHEN ${name} LIKE '% %' THEN substring(${name} FROM '^(.*) [^ ]*$')
    WHEN ${name} !~ ${familyFirst} THEN ''
    ELSE substr(${name}, 1 + length(coalesce(substring(${name} FROM ${compound}), left(${name}, 1)))) END`;
}
