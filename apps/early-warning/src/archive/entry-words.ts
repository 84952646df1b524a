import type { Bilingual } from '#contracts';
import type { Achievement } from './achievements.js';

const POSTS: Readonly<Record<string, Bilingual>> = {
  president: { zh: '主要负责人', en: 'president' },
  officer: { zh: '骨干', en: 'officer' },
  member: { zh: '成员', en: 'member' },
};
const STAGES: Readonly<Record<string, Bilingual>> = {
  applicant: { zh: '递交入党申请书', en: 'Applied for admission to the Party' },
  activist: { zh: '被确定为入党积极分子', en: 'Became an activist for admission to the Party' },
  candidate: { zh: '被确定为发展对象', en: 'Became a candidate for admission to the Party' },
  probationary_member: { zh: '成为中共预备党员', en: 'Became a probationary member of the Party' },
  full_member: { zh: '转为中共正式党员', en: 'Became a full member of the Party' },
};
const STAR_NUMBERS = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];

/** How an entry says what another service published. `title`: as it stands there, opened where it was sealed; null where it has none. */
export function wordsOf(
  { kind, code, level }: Pick<Achievement, 'kind' | 'code' | 'level'>,
  title: Bilingual | null,
): Bilingual {
  const name = title ?? { zh: '', en: '' };
  switch (kind) {
    case 'star':
      return {
        zh: `${STAR_NUMBERS[Number(code) - 1] ?? code}星级志愿者`,
        en: `Volunteer with ${code} star${code === '1' ? '' : 's'}`,
      };
    case 'party':
      return STAGES[code!]!;
    case 'post': {
      const post = POSTS[code!]!;
      return { zh: `${name.zh}${post.zh}`, en: `${name.en}: ${post.en}` };
    }
    case 'work_study':
      return { zh: `勤工助学：${name.zh}`, en: `Work-study: ${name.en}` };
    case 'award':
      return level ? { zh: `${name.zh}（${level}）`, en: `${name.en} (${level})` } : name;
    default:
      return name;
  }
}
