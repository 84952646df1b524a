import { query, sql, type Tx } from '#database';
import { Flag, Int, ListOf, Nested, Text } from '#fields';
import { Policy } from '#policy';
import type { FieldError } from '#problems';
import { NameDto } from '#workflow';

const KEY = /^[a-z][a-z0-9-]*$/;

/** What kinds of tickets are grouped under, e.g. 报修. */
export class TicketGroup {
  @Text({ zh: '代码', en: 'Key', max: 40, pattern: KEY, example: 'repair' })
  key: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '报修', en: 'Repairs' } })
  name: NameDto;
}

/** A kind of ticket: who deals with it, and within which time. */
export class TicketKind {
  @Text({ zh: '代码', en: 'Key', max: 40, pattern: KEY, example: 'repair-electric' })
  key: string;

  @Text({ zh: '所属类别', en: 'Its group', max: 40, pattern: KEY, example: 'repair' })
  group: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '水电维修', en: 'Water and electricity' } })
  name: NameDto;

  @Text({
    zh: '承办部门代码；空为所在楼栋的楼长',
    en: 'Code of the department that deals with it; null = the head of the building',
    nullable: true,
    max: 50,
    example: 'HQC',
  })
  unit: string | null;

  @Flag({ zh: '须填地点', en: 'Must say where', example: true })
  placeRequired: boolean;

  @Flag({ zh: '可以匿名', en: 'May be anonymous', example: false })
  anonymous: boolean;

  @Int({ zh: '多少小时内首次答复', en: 'Hours to the first answer', min: 1, max: 720, example: 12 })
  answerHours: number;

  @Int({ zh: '多少小时内办结', en: 'Hours until it is done', min: 1, max: 2160, example: 48 })
  doneHours: number;
}

/** At a place, and below it, something is dealt with by another department. */
export class TicketRoute {
  @Text({ zh: '地点代码（校区、楼栋、楼层、寝室）', en: 'Code of a place', max: 50, example: 'B1' })
  place: string;

  @Text({ zh: '种类；空为全部种类', en: 'Kind; null = all', nullable: true, max: 40, example: 'repair-lift' })
  kind: string | null;

  @Text({ zh: '承办部门代码', en: 'Code of the department', max: 50, example: 'HQC' })
  unit: string;
}

type Given = [key: string, zh: string, en: string, unit: string | null, doneHours: number];

function kinds(group: string, more: Pick<TicketKind, 'placeRequired' | 'anonymous'>, given: Given[]): TicketKind[] {
  return given.map(([key, zh, en, unit, doneHours]) =>
    Object.assign(new TicketKind(), {
      ...{ key: `${group}-${key}`, group, name: named(zh, en), unit, ...more, answerHours: 12, doneHours },
    }),
  );
}

function group(key: string, zh: string, en: string): TicketGroup {
  return Object.assign(new TicketGroup(), { key, name: named(zh, en) });
}

function named(zh: string, en: string): NameDto {
  return Object.assign(new NameDto(), { zh, en });
}

/**
 * Tickets (工单): which kinds there are, who deals with each, and within which time. No rule of the state gives numbers: 12 hours to a first
 * answer and 48 or 72 to the end are what service desks of campuses commonly promise, defaults to be set. The departments are named by the
 * codes of the school's own.
 */
@Policy({
  key: 'affairs.tickets',
  title: { zh: '工单：报修、咨询与投诉', en: 'Tickets: repairs, questions, complaints' },
})
export class TicketPolicy {
  @ListOf(() => TicketGroup, { zh: '类别', en: 'Groups', minItems: 1, maxItems: 20 })
  groups: TicketGroup[] = [
    group('repair', '报修', 'Repairs'),
    group('question', '咨询', 'Questions'),
    group('complaint', '投诉', 'Complaints'),
  ];

  @ListOf(() => TicketKind, { zh: '种类', en: 'Kinds', minItems: 1, maxItems: 200 })
  kinds: TicketKind[] = [
    ...kinds('repair', { placeRequired: true, anonymous: false }, [
      ['electric', '水电维修', 'Water and electricity', 'HQC', 48],
      ['lift', '电梯故障', 'Lifts', 'HQC', 48],
      ['furniture', '家具门窗', 'Furniture, doors, windows', 'HQC', 72],
      ['network', '网络故障', 'Network', 'XXZX', 48],
      ['building', '楼内公共设施', 'What a building shares', null, 72],
    ]),
    ...kinds('question', { placeRequired: false, anonymous: false }, [
      ['affairs', '学生事务咨询', 'Student affairs', 'XGC', 48],
      ['teaching', '教务咨询', 'Teaching and examinations', 'JWC', 48],
      ['finance', '缴费咨询', 'Fees', 'CWC', 72],
    ]),
    ...kinds('complaint', { placeRequired: false, anonymous: true }, [
      ['service', '服务态度', 'How one was treated', 'XGC', 72],
      ['life', '食宿与环境', 'Food, rooms and surroundings', 'HQC', 72],
      ['safety', '安全问题', 'Safety', 'BWC', 48],
    ]),
  ];

  @ListOf(() => TicketRoute, {
    zh: '按地点另行分派',
    en: 'Places where another department deals with it',
    maxItems: 500,
  })
  routes: TicketRoute[] = [];

  @Text({
    zh: '总服务台所属部门代码：无承办部门或被退回的工单由其分派',
    en: 'Code of the department that is the desk: it dispatches what nobody deals with, and what was refused',
    max: 50,
    example: 'XGC',
  })
  desk = 'XGC';

  @Int({
    zh: '逾期报部门负责人后，再过多少小时报学校',
    en: 'Hours after a deadline, of which the head of the department hears, until the school hears of it',
    min: 1,
    max: 720,
    example: 24,
  })
  schoolAfterHours = 24;

  @Int({
    zh: '办结或待补充后多少天无回应自动关闭',
    en: 'Days without word, after it was done or something was asked, until it closes by itself',
    min: 1,
    max: 90,
    example: 7,
  })
  closeAfterDays = 7;

  @Int({
    zh: '关闭后多少天内可重新打开',
    en: 'Days after its end in which it can be reopened',
    min: 1,
    max: 90,
    example: 7,
  })
  reopenDays = 7;

  @Int({ zh: '两次催办至少间隔多少小时', en: 'Hours between two urgings', min: 1, max: 168, example: 24 })
  urgeHours = 24;

  @Int({
    zh: '提示重复时回看多少天',
    en: 'Days back in which reports of the same are looked for',
    min: 1,
    max: 90,
    example: 14,
  })
  sameDays = 14;

  @Flag({ zh: '接受匿名工单', en: 'Are anonymous tickets taken?', example: true })
  anonymous = true;

  @Int({
    zh: '全校每天最多接受多少件匿名工单',
    en: 'Anonymous tickets that are taken a day, of all senders',
    min: 1,
    max: 100_000,
    example: 200,
  })
  anonymousPerDay = 200;

  /** Groups, kinds and departments that are named and are not there, and kinds that are there twice. */
  async findings(tx: Tx): Promise<FieldError[]> {
    const groups = new Set(this.groups.map(({ key }) => key));
    const keys = new Set(this.kinds.map(({ key }) => key));
    const codes = [...[...this.kinds, ...this.routes].flatMap(({ unit }) => unit ?? []), this.desk];
    const rows = await query<{ code: string }>(
      tx,
      sql`SELECT code FROM directory.published_unit_v1 WHERE kind = 'department' AND active AND code = ANY(${codes}::text[])`,
    );
    const known = new Set(rows.map(({ code }) => code));
    const department = (pointer: string, code: string | null): FieldError[] =>
      code === null || known.has(code) ? [] : [{ pointer, zh: '没有这个部门', en: 'is no department' }];
    return [
      ...this.kinds.flatMap(({ key, group, unit }, i): FieldError[] => [
        ...(groups.has(group) ? [] : [{ pointer: `#/kinds/${i}/group`, zh: '没有这个类别', en: 'is no group' }]),
        ...(this.kinds.findIndex((one) => one.key === key) === i
          ? []
          : [{ pointer: `#/kinds/${i}/key`, zh: '代码重复', en: 'is there twice' }]),
        ...department(`#/kinds/${i}/unit`, unit),
      ]),
      ...this.routes.flatMap(({ kind, unit }, i): FieldError[] => [
        ...(kind === null || keys.has(kind)
          ? []
          : [{ pointer: `#/routes/${i}/kind`, zh: '没有这个种类', en: 'is no kind' }]),
        ...department(`#/routes/${i}/unit`, unit),
      ]),
      ...department('#/desk', this.desk),
    ];
  }
}
