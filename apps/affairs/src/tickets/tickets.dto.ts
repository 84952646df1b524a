import { Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { FileDto } from '#files';
import { PersonRefDto } from '#http';
import { NameDto, RefusalDto } from '#workflow';
import { TICKET_ACTIONS, TICKET_EVENTS, type TicketAct, type TicketEvent } from './ticket-action.entity.js';
import { CLOSED_BY, type ClosedBy, TICKET_STATUSES, type TicketStatus } from './ticket.entity.js';
import { TicketGroup } from './tickets.policy.js';

const MANY = 2_147_483_647;

export class TicketKindDto {
  @Text({ zh: '代码', en: 'Key', max: 40, example: 'repair-electric' })
  key: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '水电维修', en: 'Water and electricity' } })
  name: NameDto;

  @Nested(() => TicketGroup, { zh: '类别', en: 'Group' })
  group: TicketGroup;

  @Flag({ zh: '须填地点', en: 'Must say where', example: true })
  placeRequired: boolean;

  @Flag({ zh: '可以匿名', en: 'May be anonymous', example: false })
  anonymous: boolean;

  @Int({ zh: '多少小时内首次答复', en: 'Hours to the first answer', min: 1, max: MANY, example: 12 })
  answerHours: number;

  @Int({ zh: '多少小时内办结', en: 'Hours until it is done', min: 1, max: MANY, example: 48 })
  doneHours: number;
}

/** A unit or place, as an answer about tickets shows it. */
export class PlaceOrUnitDto {
  @Uuid({ zh: '单位或场所', en: 'Unit or place', example: '00000000-0000-7000-8000-000400000005' })
  id: string;

  @Text({ zh: '代码', en: 'Code', max: 100, example: 'HQC' })
  code: string;

  @Text({ zh: '名称', en: 'Name', max: 200, example: '后勤处' })
  name: string;
}

/** What everybody who may see a ticket sees of it, its anonymous sender too. */
abstract class TicketStateDto {
  @Text({ zh: '种类代码', en: 'Key of its kind', max: 40, example: 'repair-electric' })
  kind: string;

  @Text({ zh: '类别代码', en: 'Key of the group', max: 40, example: 'repair' })
  group: string;

  @OneOf(TICKET_STATUSES, { zh: '状态', en: 'Status', example: 'open' })
  status: TicketStatus;

  @Nested(() => PlaceOrUnitDto, { zh: '地点', en: 'Where', nullable: true })
  place: PlaceOrUnitDto | null;

  @Nested(() => PlaceOrUnitDto, { zh: '承办部门或楼栋', en: 'In whose queue it is' })
  unit: PlaceOrUnitDto;

  @Instant({ zh: '首次答复时限', en: 'First answer due at', example: '2027-03-01T12:00:00.000Z' })
  answerDueAt: Date;

  @Instant({ zh: '首次答复时间', en: 'Answered at', nullable: true })
  answeredAt: Date | null;

  @Instant({ zh: '办结时限', en: 'To be done by', example: '2027-03-03T00:00:00.000Z' })
  doneDueAt: Date;

  @Instant({ zh: '办结时间', en: 'Done at', nullable: true })
  doneAt: Date | null;

  @Instant({
    zh: '等待补充，自（其间不计时）',
    en: 'Waits for the sender since; the time does not run',
    nullable: true,
  })
  waitingSince: Date | null;

  @Flag({ zh: '已逾期', en: 'A deadline has passed', example: false })
  overdue: boolean;

  @Int({ zh: '重新打开次数', en: 'Times it was reopened', min: 0, max: MANY, example: 0 })
  reopened: number;

  @Int({ zh: '满意度 1–5', en: 'How satisfied the sender is, 1 to 5', min: 1, max: 5, nullable: true, example: 5 })
  rating: number | null;

  @Instant({ zh: '关闭时间', en: 'Closed at', nullable: true })
  closedAt: Date | null;

  @OneOf(CLOSED_BY, { zh: '关闭方式', en: 'How it was closed', nullable: true, example: 'sender' })
  closedBy: ClosedBy | null;

  @Instant({ zh: '提交时间', en: 'Sent in at', example: '2027-03-01T00:00:00.000Z' })
  reportedAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;
}

export class TicketDto extends TicketStateDto {
  @Uuid({ zh: '工单', en: 'Ticket' })
  id: string;

  @Flag({ zh: '匿名', en: 'Anonymous', example: false })
  anonymous: boolean;

  @Nested(() => PersonRefDto, { zh: '学生；匿名为空', en: 'Student; null when anonymous', nullable: true })
  student: PersonRefDto | null;

  @Nested(() => PersonRefDto, { zh: '经办人', en: 'Who deals with it', nullable: true })
  assignee: PersonRefDto | null;

  @Uuid({ zh: '并入的工单', en: 'The ticket that it follows', nullable: true })
  mainId: string | null;

  @Int({
    zh: '逾期上报到：0 无，1 部门负责人，2 学校',
    en: 'Who heard that it is late: 0 nobody, 1 the head of the department, 2 the school',
    min: 0,
    max: 2,
    example: 0,
  })
  escalation: number;

  @Int({ zh: '催办次数', en: 'Times it was urged', min: 0, max: MANY, example: 0 })
  urged: number;

  @Instant({ zh: '变更时间', en: 'Changed at', example: '2027-03-01T00:00:00.000Z' })
  updatedAt: Date;

  static from(this: void, row: TicketDto): TicketDto {
    return Object.assign(new TicketDto(), row);
  }
}

const FROM = {
  sender: { zh: '提交人', en: 'the sender' },
  department: { zh: '承办部门', en: 'the department' },
  system: { zh: '系统', en: 'by itself' },
} as const;

/** What the sender of a ticket sees of what happened to it. */
export class TicketWordDto {
  @OneOf(TICKET_EVENTS, { zh: '事项', en: 'What happened', example: 'answer' })
  action: TicketEvent;

  @OneOf(FROM, { zh: '由谁', en: 'By whom', example: 'department' })
  from: keyof typeof FROM;

  @Instant({ zh: '时间', en: 'When', example: '2027-03-01T02:00:00.000Z' })
  at: Date;

  @LongText({
    zh: '内容；对查看者隐去，或学生个人信息已删除时为空',
    en: 'What was said; null when it is not for the reader, or the student’s data was erased',
    max: 4000,
    nullable: true,
    example: '已安排师傅今天下午上门',
  })
  text: string | null;

  @Int({ zh: '评价（1–5）', en: 'Rating, 1 to 5', nullable: true, min: 1, max: 5, example: 5 })
  rating: number | null;

  @Nested(() => PlaceOrUnitDto, { zh: '转往', en: 'Where it went', nullable: true })
  unit: PlaceOrUnitDto | null;
}

export class TicketHistoryDto extends TicketWordDto {
  @Nested(() => PersonRefDto, { zh: '人员', en: 'Who', nullable: true })
  person: PersonRefDto | null;

  @Nested(() => PersonRefDto, { zh: '指派给', en: 'To whom it was given', nullable: true })
  assignee: PersonRefDto | null;
}

export class TicketActionDto {
  @OneOf(TICKET_ACTIONS, { zh: '办理', en: 'Action', example: 'answer' })
  action: TicketAct;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

const TEXT = {
  zh: '内容；学生个人信息已删除时为空',
  en: 'What it is about; null when the student’s data was erased',
  max: 4000,
  nullable: true,
  example: '二楼开水间的灯不亮',
};
const COMMENT = { zh: '评价', en: 'Comment of the rating', max: 1000, nullable: true, example: '来得很快' };

/** One ticket with everything about it. */
export class TicketDetailDto extends TicketDto {
  @LongText(TEXT)
  text: string | null;

  @Text({ zh: '联系方式', en: 'How the sender is best reached', max: 200, nullable: true, example: '晚上七点以后' })
  contact: string | null;

  @LongText(COMMENT)
  ratingComment: string | null;

  @ListOf(() => FileDto, { zh: '附件', en: 'Attachments', example: [] })
  attachments: FileDto[];

  @ListOf('uuid', { zh: '并入本工单的；提交人不可见', en: 'Tickets that follow it; not shown to senders', example: [] })
  followerIds: string[];

  @ListOf(() => TicketHistoryDto, { zh: '经过，先后为序', en: 'What happened, in order' })
  history: TicketHistoryDto[];

  @ListOf(() => TicketActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 30,
  })
  actions: TicketActionDto[];
}

/** A ticket as its anonymous sender sees it. */
export class AnonymousTicketDto extends TicketStateDto {
  @LongText(TEXT)
  text: string | null;

  @LongText(COMMENT)
  ratingComment: string | null;

  @ListOf(() => TicketWordDto, { zh: '经过，先后为序', en: 'What happened, in order' })
  history: TicketWordDto[];

  @ListOf(() => TicketActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 30,
  })
  actions: TicketActionDto[];
}

export class SentAnonymouslyDto {
  @Text({
    zh: '查询码，仅此一次给出；凭它查看答复、补充说明',
    en: 'The code that opens it, told this once: whoever has it reads the answers and says more',
    max: 60,
    example: '7K3M-9QWE-0000-0000-0000-0000-0000',
  })
  code: string;

  @Nested(() => AnonymousTicketDto, { zh: '工单', en: 'The ticket' })
  ticket: AnonymousTicketDto;
}

export class TicketCountDto {
  @OneOf(TICKET_STATUSES, { zh: '状态', en: 'Status', example: 'open' })
  status: TicketStatus;

  @Int({ zh: '件数', en: 'Tickets', min: 1, max: MANY, example: 3 })
  count: number;

  @Int({ zh: '其中已逾期', en: 'Of these overdue', min: 0, max: MANY, example: 1 })
  overdue: number;

  @Int({ zh: '其中由本人经办', en: 'Of these the caller’s to deal with', min: 0, max: MANY, example: 1 })
  mine: number;

  static from(this: void, row: TicketCountDto): TicketCountDto {
    return Object.assign(new TicketCountDto(), row);
  }
}
