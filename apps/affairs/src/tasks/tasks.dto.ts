import { Flag, Instant, Int, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort } from '#http';
import { NameDto } from '#workflow';

export const SUBJECTS = {
  leave: { zh: '请假', en: 'A leave' },
  application: { zh: '办件', en: 'An application for an item of the catalogue' },
} as const;
export type SubjectKind = keyof typeof SUBJECTS;

export class TasksQuery extends ListQuery {
  @Sort(['since', 'dueAt'])
  sort?: string;

  @AnyOf(SUBJECTS, { zh: '所办事项的种类', en: 'Kinds of what is decided on' }, ['application'])
  subjectKind?: SubjectKind[];

  @AnyOf('text', { zh: '事项代码（办件）', en: 'Codes of items, of applications' }, ['student-card'])
  item?: string[];

  @Flag({ zh: '是否已超时限', en: 'Has the deadline passed, or not?', optional: true, example: true })
  overdue?: boolean;
}

/** How much of a kind waits for the caller. */
export class TaskCountDto {
  @OneOf(SUBJECTS, { zh: '所办事项的种类', en: 'Kind of what is decided on', example: 'application' })
  subjectKind: SubjectKind;

  @Text({
    zh: '事项代码（办件）',
    en: 'Code of the item, of applications',
    nullable: true,
    max: 50,
    example: 'student-card',
  })
  item: string | null;

  @Int({ zh: '件数', en: 'Tasks', min: 1, max: 2_000_000_000, example: 3 })
  count: number;

  @Int({ zh: '其中已超时限', en: 'Of these overdue', min: 0, max: 2_000_000_000, example: 1 })
  overdue: number;

  static from(row: TaskCountDto): TaskCountDto {
    return Object.assign(new TaskCountDto(), row);
  }
}

/** Something that waits for the caller: a decision, an answer, or a correction. */
export class TaskDto {
  @Uuid({ zh: '审批流程', en: 'Case' })
  id: string;

  @Text({ zh: '事项', en: 'What is decided', max: 100, example: 'affairs.item-student-card' })
  definition: string;

  @OneOf(SUBJECTS, { zh: '所办事项的种类', en: 'Kind of what is decided on', example: 'application' })
  subjectKind: SubjectKind;

  @Uuid({ zh: '所办事项', en: 'What is decided on' })
  subjectId: string;

  @Text({
    zh: '事项代码（办件）',
    en: 'Code of the item, of an application',
    nullable: true,
    max: 50,
    example: 'student-card',
  })
  item: string | null;

  @Nested(() => NameDto, {
    zh: '所办事项的名称',
    en: 'Name of what is decided',
    example: { zh: '学生证补办', en: 'New student card' },
  })
  title: NameDto;

  @Int({ zh: '所办事项的版本，用于 If-Match', en: 'Its version, for If-Match', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Text({ zh: '环节；initiator 为补正', en: 'Step; `initiator` = a correction', max: 50, example: 'college' })
  step: string;

  @Nested(() => NameDto, { zh: '环节名称', en: 'Name of the step', example: { zh: '学院审核', en: 'College' } })
  name: NameDto;

  @Instant({ zh: '开始等待的时间', en: 'Waiting since', example: '2026-12-01T02:00:00.000Z' })
  since: Date;

  @Instant({ zh: '时限', en: 'To be done by', nullable: true, example: '2026-12-02T16:00:00.000Z' })
  dueAt: Date | null;

  @Flag({ zh: '已超时限', en: 'The deadline has passed', example: false })
  overdue: boolean;

  @Flag({ zh: '因逾期上报给本人', en: 'Escalated to the caller, because it is overdue', example: false })
  escalated: boolean;

  @Flag({ zh: '任职空缺，由本人代办', en: 'Nobody holds the post: the caller stands in', example: false })
  standIn: boolean;

  @Uuid({ zh: '代谁办理（其离岗期间）', en: 'In the place of whom, while they are absent', nullable: true })
  insteadOf: string | null;

  @Flag({ zh: '他人委派，请答复', en: 'Somebody asks for an answer', example: false })
  delegated: boolean;

  static from({ personId, number, personName, ...row }: TaskRow): TaskDto {
    const student = Object.assign(new PersonRefDto(), { id: personId, number, name: personName });
    return Object.assign(new TaskDto(), { ...row, student });
  }
}

/** A task, as SQL gives it. */
export interface TaskRow {
  id: string;
  definition: string;
  subjectKind: SubjectKind;
  subjectId: string;
  item: string | null;
  title: { zh: string; en: string };
  version: number;
  personId: string;
  number: string;
  personName: string;
  step: string;
  name: { zh: string; en: string };
  since: Date;
  dueAt: Date | null;
  overdue: boolean;
  escalated: boolean;
  standIn: boolean;
  insteadOf: string | null;
  delegated: boolean;
}
