import { APPOINTMENT_KINDS, PLACE_KINDS, UNIT_KINDS, type AppointmentKind, type UnitKind } from '#contracts';
import { Flag, Int, ListOf, Nested, OneOf, Text } from '#fields';
import { Policy } from '#policy';
import { NameDto } from '#workflow';

const KEY = /^[a-z][a-z0-9-]*$/;
const DAYS = { min: 1, max: 366 };

/** What a case is about. */
export class CareKind {
  @Text({ zh: '代码', en: 'Key', max: 40, pattern: KEY, example: 'study' })
  key: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '学业', en: 'Studies' } })
  name: NameDto;
}

/** How grave a case is, and what that asks for. */
export class CareLevel extends CareKind {
  @Int({ zh: '每多少日复核一次', en: 'Days from one review to the next', ...DAYS, example: 14 })
  reviewDays: number;

  @Int({
    zh: '多少日没有任何记录即须复核',
    en: 'Days without any entry after which it is to be reviewed',
    ...DAYS,
    example: 10,
  })
  quietDays: number;
}

/** What came of a case when it is closed. */
export class CareEffect extends CareKind {
  @Flag({ zh: '情况好转', en: 'The student is better off', example: true })
  improved: boolean;
}

/** Who supervises: everybody who holds the post over a unit of this kind to which the student belongs. */
export class SupervisionStep {
  @OneOf(APPOINTMENT_KINDS, { zh: '任职', en: 'Post', example: 'student_affairs_officer' })
  post: AppointmentKind;

  @OneOf({ ...UNIT_KINDS, ...PLACE_KINDS }, { zh: '单位种类', en: 'Kind of the unit', example: 'college' })
  unitKind: UnitKind;
}

/**
 * Care of students (发现、定级、专班、帮扶、督办). No rule of the state gives the numbers: days of review and of quiet are what schools commonly
 * set for three levels, and are not confirmed; a school sets its own.
 */
@Policy({ key: 'early-warning.care', title: { zh: '帮扶个案', en: 'Care cases' } })
export class CarePolicy {
  @ListOf(() => CareKind, { zh: '种类', en: 'Kinds', minItems: 1, maxItems: 50 })
  kinds: CareKind[] = [
    keyed(new CareKind(), 'study', '学业', 'Studies'),
    keyed(new CareKind(), 'mental-health', '心理', 'Mental health'),
    keyed(new CareKind(), 'hardship', '经济', 'Hardship'),
    keyed(new CareKind(), 'life', '生活与人际', 'Life and relations'),
    keyed(new CareKind(), 'safety', '安全', 'Safety'),
    keyed(new CareKind(), 'employment', '就业', 'Employment'),
    keyed(new CareKind(), 'other', '其他', 'Other'),
  ];

  @ListOf(() => CareLevel, { zh: '级别，由轻到重', en: 'Levels, mildest first', minItems: 1, maxItems: 10 })
  levels: CareLevel[] = [
    keyed(Object.assign(new CareLevel(), { reviewDays: 30, quietDays: 21 }), 'watch', '三级（关注）', 'Watch'),
    keyed(Object.assign(new CareLevel(), { reviewDays: 14, quietDays: 10 }), 'serious', '二级（重点）', 'Serious'),
    keyed(Object.assign(new CareLevel(), { reviewDays: 7, quietDays: 5 }), 'urgent', '一级（紧急）', 'Urgent'),
  ];

  @ListOf(() => CareEffect, { zh: '帮扶成效', en: 'Effects', minItems: 1, maxItems: 20 })
  effects: CareEffect[] = [
    keyed(Object.assign(new CareEffect(), { improved: true }), 'improved', '改善', 'Improved'),
    keyed(Object.assign(new CareEffect(), { improved: false }), 'unchanged', '持平', 'Unchanged'),
    keyed(Object.assign(new CareEffect(), { improved: false }), 'worsened', '恶化', 'Worsened'),
  ];

  @ListOf(() => SupervisionStep, { zh: '督办逐级上报', en: 'Who supervises, nearest first', minItems: 1, maxItems: 6 })
  line: SupervisionStep[] = [
    Object.assign(new SupervisionStep(), { post: 'student_affairs_officer', unitKind: 'college' }),
    Object.assign(new SupervisionStep(), { post: 'student_affairs_officer', unitKind: 'school' }),
  ];

  @Int({ zh: '立案后多少日内定级', en: 'Days in which a case has a level', ...DAYS, example: 3 })
  levelDays = 3;

  @Int({ zh: '转接多少日无答复即退回', en: 'Days after which a transfer nobody accepted ends', ...DAYS, example: 3 })
  transferDays = 3;

  @Int({ zh: '督办多少日未了即上报一级', en: 'Days after which supervision goes up a step', ...DAYS, example: 3 })
  supervisionDays = 3;

  @Int({
    zh: '学期结束前多少日全面复核',
    en: 'Days before the end of term on which all are reviewed',
    ...DAYS,
    example: 14,
  })
  pullUpDays = 14;
}

function keyed<T extends CareKind>(item: T, key: string, zh: string, en: string): T {
  return Object.assign(item, { key, name: Object.assign(new NameDto(), { zh, en }) });
}
