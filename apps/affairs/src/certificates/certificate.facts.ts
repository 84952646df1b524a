import { type Bilingual, SEX } from '#contracts';

/** What a certificate may say of a student: as the roster has it on the day it is issued. */
export const FACTS = {
  name: { zh: '姓名', en: 'Name in Chinese' },
  latinName: { zh: '拉丁字母姓名', en: 'Name' },
  number: { zh: '学号', en: 'Student number' },
  sex: { zh: '性别', en: 'Sex' },
  school: { zh: '学校', en: 'University' },
  college: { zh: '学院', en: 'School or college' },
  major: { zh: '专业', en: 'Major' },
  class: { zh: '班级', en: 'Class' },
  grade: { zh: '年级', en: 'Grade (year of entry)' },
  campus: { zh: '校区', en: 'Campus' },
  building: { zh: '楼栋', en: 'Building' },
  room: { zh: '寝室', en: 'Room' },
} as const satisfies Record<string, Bilingual>;

export type Fact = keyof typeof FACTS;

/** Values by fact. */
export type Facts = Partial<Record<Fact, string>>;

/** Names of the school's own, which the policy translates. */
const TRANSLATED: ReadonlySet<Fact> = new Set(['school', 'college', 'major', 'class', 'campus', 'building', 'room']);

/** Facts of the roster, as they are printed in a language. A name without a translation stays as it is. */
export function inLanguage(facts: Facts, language: 'zh' | 'en', translations: readonly Bilingual[]): Facts {
  const english = new Map(translations.map(({ zh, en }) => [zh, en]));
  const printed = ([key, value]: [string, string]): [string, string] => {
    if (key === 'sex') return [key, SEX[value as keyof typeof SEX][language]];
    return [key, (language === 'en' && TRANSLATED.has(key as Fact) && english.get(value)) || value];
  };
  return Object.fromEntries(Object.entries(facts).map(printed)) as Facts;
}
