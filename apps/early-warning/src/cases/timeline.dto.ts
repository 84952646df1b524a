import { DateOnly, Flag, Instant, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { ListQuery, PersonRefDto, Sort } from '#http';
import { CONFIDENTIALITIES, type Confidentiality, ENTRY_KINDS, type EntryKind } from './care-rows.entity.js';
import { CareCaseDetailDto } from './cases.dto.js';

export const HAPPENINGS = {
  opened: { zh: '立案', en: 'it was opened' },
  owner: { zh: '更换负责人', en: 'it has another owner' },
  transfer: { zh: '转接', en: 'it was offered to another owner' },
  transfer_settled: { zh: '转接结果', en: 'what came of the offer' },
  proposed: { zh: '提议定级、结案或重新开启', en: 'a level, a closure or a reopening was proposed' },
  decided: { zh: '确认或未同意', en: 'the proposal was confirmed or declined' },
  joined: { zh: '加入专班', en: 'somebody joined the team' },
  left: { zh: '退出专班', en: 'somebody left the team' },
  measure: { zh: '安排措施', en: 'a measure was planned' },
  measure_settled: { zh: '措施完成或取消', en: 'a measure was done or dropped' },
  entry: { zh: '记录', en: 'something was recorded' },
  supervision: { zh: '督办', en: 'it was put under supervision' },
  supervision_answered: { zh: '督办意见', en: 'who supervises said something' },
  supervision_ended: { zh: '督办结束', en: 'supervision ended' },
} as const;
export type Happening = keyof typeof HAPPENINGS;

export class TimelineQuery extends ListQuery {
  @Sort(['at'])
  sort?: string;
}

/** Something that happened with a case. Who may not read it learns that it happened, when, and by whom. */
export class HappeningDto {
  @Uuid({ zh: '所指的行', en: 'The row that says so' })
  id: string;

  @OneOf(HAPPENINGS, { zh: '发生了什么', en: 'What happened', example: 'entry' })
  what: Happening;

  @Instant({ zh: '时间', en: 'When' })
  at: Date;

  @Nested(() => PersonRefDto, { zh: '由谁；空为系统', en: 'By whom; null: by itself', nullable: true })
  by: PersonRefDto | null;

  @Nested(() => PersonRefDto, { zh: '涉及谁', en: 'Whom it concerns', nullable: true })
  person: PersonRefDto | null;

  @Text({
    zh: '记录种类、级别、成效、状态或原因的代码；不可见时为空',
    en: 'Code of the kind, level, effect, status or cause; null: none, or not for you',
    ...{ max: 60, nullable: true, example: 'talk' },
  })
  code: string | null;

  @OneOf(CONFIDENTIALITIES, { zh: '可见范围', en: 'For whom it is', nullable: true, example: 'team' })
  confidentiality: Confidentiality | null;

  @Flag({ zh: '已作废', en: 'It was taken back', example: false })
  voided: boolean;

  @LongText({ zh: '内容；无、不可见或已删除时为空', en: 'Text; null: none, not for you, or erased', nullable: true })
  text: string | null;
}

export class PsychologyEntryDto {
  @Uuid({ zh: '记录', en: 'Entry' })
  id: string;

  @OneOf(ENTRY_KINDS, { zh: '种类', en: 'Kind', example: 'talk' })
  kind: EntryKind;

  @DateOnly({ zh: '日期', en: 'Day', example: '2026-11-20' })
  happenedOn: string;

  @Uuid({ zh: '登记人', en: 'Recorded by' })
  recordedBy: string;

  @Instant({ zh: '登记时间', en: 'Recorded at' })
  recordedAt: Date;

  @LongText({ zh: '内容；已删除时为空', en: 'Text; null: erased', nullable: true, example: '首次会谈' })
  text: string | null;
}

export class PsychologyEntriesDto {
  @ListOf(() => PsychologyEntryDto, {
    zh: '仅心理教师可见的记录',
    en: 'Entries for psychologists alone',
    maxItems: 1000,
  })
  entries: PsychologyEntryDto[];
}

/** What the receiver of a case needs. */
export class HandOverDto {
  @Nested(() => CareCaseDetailDto, { zh: '个案', en: 'The case' })
  case: CareCaseDetailDto;

  @ListOf(() => HappeningDto, {
    zh: '经过，最近在前；最多二百条',
    en: 'What happened, latest first; 200 at most',
    maxItems: 200,
  })
  timeline: HappeningDto[];
}
