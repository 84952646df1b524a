import { type Bilingual, type Permission, PERMISSIONS } from '#contracts';
import { Flag, OneOf, Text, Uuid } from '#fields';

/** Why, or why not. `out-of-scope` also stands for what does not exist, as 404 does. */
export const VERDICTS = {
  allowed: { zh: '可以', en: 'Allowed' },
  'app-not-allowed': { zh: '所用应用未获准使用该权限', en: 'The app was not granted this permission' },
  'no-post': { zh: '今日的任职或身份不含该权限', en: 'No post held today gives this permission' },
  'out-of-scope': {
    zh: '对象不存在，或不在所负责的范围内',
    en: 'The subject does not exist, or is not among those one answers for',
  },
} as const satisfies Record<string, Bilingual>;

export type Verdict = keyof typeof VERDICTS;

export class CanQuery {
  @OneOf(PERMISSIONS, { zh: '权限', en: 'Permission', example: 'affairs:leave:decide' })
  action: Permission;

  @Uuid({
    zh: '对象：学生、单位或场所',
    en: 'Subject: a student, a unit or a place',
    optional: true,
    example: '00000000-0000-7000-8000-003000000001',
  })
  subject?: string;
}

/** Whether the caller may do something, and why or why not. */
export class CanDto {
  @Flag({ zh: '是否可以', en: 'Allowed', example: false })
  allowed: boolean;

  @OneOf(VERDICTS, { zh: '依据', en: 'Verdict', example: 'out-of-scope' })
  verdict: Verdict;

  @Text({ zh: '中文说明', en: 'In Chinese', example: VERDICTS['out-of-scope'].zh })
  zh: string;

  @Text({ zh: '英文说明', en: 'In English', example: VERDICTS['out-of-scope'].en })
  en: string;

  static from(verdict: Verdict): CanDto {
    return Object.assign(new CanDto(), { allowed: verdict === 'allowed', verdict, ...VERDICTS[verdict] });
  }
}
