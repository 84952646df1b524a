import { APPOINTMENT_KINDS, type AppointmentKind } from '#contracts';
import { Flag, Int, ListOf, Text } from '#fields';
import { Policy } from '#policy';

/**
 * How students and counselors are counted. Defaults: 《普通高等学校辅导员队伍建设规定》(教育部令第43号): full-time counselors
 * at no less than 1:200; three part-time counselors count as one where a school counts them.
 */
@Policy({ key: 'staffing.ratio', title: { zh: '师生比口径', en: 'Head-count rule of the ratio' } })
export class RatioPolicy {
  @Text({ zh: '口径名称', en: 'Name of the head-count rule', example: '教育部令第43号' })
  name = '教育部令第43号：专职辅导员不低于 1:200';

  @Int({ zh: '每名辅导员对应的学生数', en: 'Students per counselor', min: 1, max: 10_000, example: 200 })
  studentsPerCounselor = 200;

  @ListOf(APPOINTMENT_KINDS, {
    zh: '计入的任职种类',
    en: 'Kinds of appointments that count',
    minItems: 1,
    unique: true,
    example: ['counselor'],
  })
  countKinds: AppointmentKind[] = ['counselor'];

  @Flag({ zh: '只计专职', en: 'Only full-time appointments count', example: true })
  fullTimeOnly = true;

  @Int({ zh: '多少名兼职折合一名', en: 'So many part-time counselors count as one', min: 1, max: 100, example: 3 })
  partTimePerFullTime = 3;

  @Flag({ zh: '只计在籍学生', en: 'Only active students count', example: true })
  activeStudentsOnly = true;

  @ListOf('text', {
    zh: '只计这些年级；空为全部',
    en: 'Only these grades; empty = all',
    unique: true,
    example: ['2026'],
  })
  grades: string[] = [];
}
