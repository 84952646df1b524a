import { Flag, Instant, Int, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort } from '#http';
import { NameDto } from '#workflow';
import { TASK_KINDS, type TaskKind } from './task-source.js';

export class TasksQuery extends ListQuery {
  @Sort(['dueAt', 'since'])
  sort?: string;

  @AnyOf(TASK_KINDS, { zh: '所办事项的种类', en: 'Kinds of what is decided on' }, ['application'])
  subjectKind?: TaskKind[];

  @AnyOf('text', { zh: '事项代码（办件）', en: 'Codes of items, of applications' }, ['student-card'])
  item?: string[];

  @Flag({ zh: '是否已超时限', en: 'Has the deadline passed, or not?', optional: true, example: true })
  overdue?: boolean;
}

/** How much of a kind waits for the caller. */
export class TaskCountDto {
  @OneOf(TASK_KINDS, { zh: '所办事项的种类', en: 'Kind of what is decided on', example: 'application' })
  subjectKind: TaskKind;

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
  @Uuid({ zh: '审批流程；无流程的为所办事项', en: 'The case; what is decided on where there is none' })
  id: string;

  @Text({
    zh: '流程；无流程的为 null',
    en: 'What the case goes by; null: it is no case',
    ...{ nullable: true, max: 100, example: 'affairs.item-student-card' },
  })
  definition: string | null;

  @OneOf(TASK_KINDS, { zh: '所办事项的种类', en: 'Kind of what is decided on', example: 'application' })
  subjectKind: TaskKind;

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

  @Text({
    zh: '在哪里办理：查看它，其 actions 说明可做什么',
    en: 'Where to act: it is seen there, and its `actions` say what can be done',
    ...{ max: 200, example: '/affairs/v1/applications/00000000-0000-7000-8000-000900000001' },
  })
  path: string;

  @Nested(() => PersonRefDto, {
    zh: '学生；匿名的，或涉及多人的为 null',
    en: 'Student; null: anonymous, or about many',
    nullable: true,
  })
  student: PersonRefDto | null;

  @Text({
    zh: '环节，或要做的事；initiator 为补正',
    en: 'Step, or what is to be done; `initiator` = a correction',
    max: 50,
    example: 'college',
  })
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

  static from({ key: _key, sortKey: _sort, student_id: _id, personId, number, personName, ...row }: TaskRow): TaskDto {
    const student = personId && Object.assign(new PersonRefDto(), { id: personId, number, name: personName });
    return Object.assign(new TaskDto(), { ...row, student });
  }
}

/** A task, as SQL gives it. */
export interface TaskRow extends Omit<TaskDto, 'student'> {
  key: string;
  sortKey: string;
  student_id: string | null;
  personId: string | null;
  number: string;
  personName: string;
}
