import { Flag, Int, ListOf, LongText, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, RowResultDto, Sort, UpdatedSince } from '#http';
import { SENDER_ACTS, type SenderAct, TICKET_ACTIONS } from './ticket-action.entity.js';
import { TICKET_STATUSES, type TicketStatus } from './ticket.entity.js';

const KEY = /^[a-z][a-z0-9-]*$/;

export class TicketsQuery extends ListQuery {
  @AnyOf(TICKET_STATUSES, { zh: '状态', en: 'Statuses' }, ['open'])
  status?: TicketStatus[];

  @AnyOf('text', { zh: '种类', en: 'Kinds' }, ['repair-electric'])
  kind?: string[];

  @AnyOf('text', { zh: '类别', en: 'Groups of kinds' }, ['repair'])
  group?: string[];

  @AnyOf('uuid', { zh: '地点（含其下级）', en: 'Places, those below included' }, [
    '00000000-0000-7000-8000-001100000001',
  ])
  placeId?: string[];

  @AnyOf('uuid', { zh: '承办部门或楼栋', en: 'In whose queue' }, ['00000000-0000-7000-8000-000400000005'])
  unitId?: string[];

  @AnyOf('uuid', { zh: '经办人', en: 'Who deals with it' }, ['00000000-0000-7000-8000-004000000005'])
  assigneeId?: string[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @Uuid({ zh: '并入该工单的', en: 'Those that follow this one', optional: true })
  mainId?: string;

  @Text({
    zh: '按种类名称，或地点的名称、代码查找；不查正文',
    en: 'In names of kinds, and names and codes of places; never in what was written',
    max: 50,
    optional: true,
    example: '1号楼',
  })
  q?: string;

  @Flag({ zh: '只列出本人提交的', en: 'One’s own only', optional: true, example: true })
  mine?: boolean;

  @Flag({ zh: '是否已逾期', en: 'Has its deadline passed, or not?', optional: true, example: true })
  overdue?: boolean;

  @Flag({ zh: '是否匿名', en: 'Anonymous, or not', optional: true, example: false })
  anonymous?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['reportedAt', 'updatedAt', 'doneDueAt'])
  sort?: string;
}

class TicketFormDto {
  @Text({
    zh: '种类代码，见 GET tickets/kinds',
    en: 'Key of its kind',
    max: 40,
    pattern: KEY,
    example: 'complaint-life',
  })
  kind: string;

  @LongText({ zh: '内容', en: 'What it is about', max: 4000, example: '二楼开水间的灯不亮，晚上很滑' })
  text: string;

  @Uuid({
    zh: '地点：校区、楼栋、楼层或寝室',
    en: 'Where: a campus, building, floor or room',
    optional: true,
    example: '00000000-0000-7000-8000-001100000001',
  })
  placeId?: string;

  @ListOf('uuid', {
    zh: '以 ticket-attachment 上传的文件',
    en: 'Files that were handed in as ticket-attachment',
    ...{ optional: true, unique: true, maxItems: 9, example: [] },
  })
  attachments: string[] = [];
}

export class ReportTicketDto extends TicketFormDto {
  @Text({
    zh: '方便联系的方式与时间，仅承办部门可见',
    en: 'How and when one is best reached; seen by the department alone',
    max: 200,
    optional: true,
    example: '晚上七点以后在寝室',
  })
  contact?: string;

  @Uuid({ zh: '学生；缺省为本人', en: 'Student; the caller when left out', optional: true })
  studentId?: string;
}

export class ReportAnonymouslyDto extends TicketFormDto {}

const CODE = {
  zh: '查询码',
  en: 'The code that was given when it was sent in',
  max: 60,
  example: '0000-0000-0000-0000-0000-0000-0000',
};

export class TicketCodeDto {
  @Text(CODE)
  code: string;
}

export class AttachmentByCodeDto extends TicketCodeDto {
  @Uuid({ zh: '附件', en: 'Attachment' })
  fileId: string;
}

export class ActByCodeDto extends TicketCodeDto {
  @OneOf(Object.fromEntries(SENDER_ACTS.map((act) => [act, TICKET_ACTIONS[act]])), {
    zh: '办理',
    en: 'Action',
    example: 'message',
  })
  action: SenderAct;

  @LongText({
    zh: '说明；补充、重新打开时必填',
    en: 'In one’s words; needed to say more and to reopen',
    max: 2000,
    optional: true,
    example: '今天还是不亮',
  })
  text?: string;

  @Int({ zh: '满意度，评价时必填', en: 'How satisfied; needed to rate', min: 1, max: 5, optional: true, example: 5 })
  rating?: number;
}

export class TicketTextDto {
  @LongText({ zh: '说明', en: 'In one’s words', max: 2000, example: '已更换灯管' })
  text: string;
}

export class TicketMessageDto extends TicketTextDto {
  @ListOf('uuid', {
    zh: '以 ticket-attachment 上传的文件',
    en: 'Files that were handed in as ticket-attachment',
    ...{ optional: true, unique: true, maxItems: 9, example: [] },
  })
  attachments: string[] = [];
}

export class AnswerTicketDto extends TicketMessageDto {
  @Flag({
    zh: '请提交人补充；补充前不计时',
    en: 'Asks the sender for more; until they answer the time does not run',
    optional: true,
    example: false,
  })
  asks = false;
}

export class RateTicketDto {
  @Int({ zh: '满意度，5 为非常满意', en: 'How satisfied, 5 = very', min: 1, max: 5, example: 5 })
  rating: number;

  @LongText({ zh: '评价', en: 'Comment', max: 1000, optional: true, example: '来得很快' })
  comment?: string;
}

export class DispatchTicketDto {
  @Uuid({
    zh: '部门，或有楼长的楼栋',
    en: 'A department, or a building with a head',
    example: '00000000-0000-7000-8000-000400000005',
  })
  unitId: string;

  @LongText({ zh: '原因；提交人不可见', en: 'Why; not shown to the sender', max: 1000, example: '属后勤职责' })
  reason: string;
}

export class RefuseTicketDto {
  @LongText({ zh: '原因；提交人不可见', en: 'Why; not shown to the sender', max: 1000, example: '不属本部门职责' })
  reason: string;
}

export class AssignTicketDto {
  @Uuid({ zh: '经办人', en: 'Who is to deal with it', example: '00000000-0000-7000-8000-004000000005' })
  personId: string;
}

export class MergeTicketDto {
  @Uuid({ zh: '并入的工单', en: 'The ticket that it is to follow' })
  mainId: string;
}

export class AssignmentDto extends AssignTicketDto {
  @Uuid({ zh: '工单', en: 'Ticket' })
  id: string;

  @Int({ zh: '所见的版本', en: 'The version that was seen', min: 1, max: 2_147_483_647, example: 1 })
  version: number;
}

export class AssignManyDto {
  @ListOf(() => AssignmentDto, { zh: '逐件指派', en: 'Assignments, each by itself', minItems: 1, maxItems: 200 })
  rows: AssignmentDto[];
}

export class AssignmentResultDto extends RowResultDto {
  @OneOf(TICKET_STATUSES, {
    zh: '状态；有问题时为 null',
    en: 'Status; null with a problem',
    nullable: true,
    example: 'assigned',
  })
  status: TicketStatus | null;
}

export class AssignmentResultsDto {
  @ListOf(() => AssignmentResultDto, {
    zh: '逐条结果，次序同请求',
    en: 'Results, in the order of the rows',
    maxItems: 200,
  })
  results: AssignmentResultDto[];
}
