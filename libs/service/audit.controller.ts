import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, auditList, type AuditChain, CurrentActor, Require, requireSchool, verifyAuditChain } from '#auth';
import { allowSeconds, Database, sql } from '#database';
import { DateOnly, Instant, Int, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, anyOf, ApiPage, list, ListQuery, type Page, Returns, Summary } from '#http';

const READ = 'platform:audit:read';
const ID = '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f';
const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const MOST = 2_147_483_647;
/** A day of a million entries is checked within a minute. */
const CHECK_SECONDS = 120;

const PROBLEMS = {
  changed: { zh: '被改动、插入或换位', en: 'changed, put in or moved' },
  missing: { zh: '缺失', en: 'missing' },
};

class AuditQuery extends ListQuery {
  @AnyOf('text', { zh: '动作', en: 'Actions' }, ['safety.track.read'])
  action?: string[];

  @AnyOf('uuid', { zh: '操作人', en: 'Who did it' }, [ID])
  personId?: string[];

  @AnyOf('text', { zh: '接入应用', en: 'Client applications' }, ['portal'])
  app?: string[];

  @AnyOf('text', { zh: '对象种类', en: 'Kinds of subjects' }, ['student'])
  subjectKind?: string[];

  @AnyOf('text', { zh: '对象', en: 'Ids of the subjects' }, [ID])
  subjectId?: string[];

  @Instant({ zh: '不早于', en: 'Not before', optional: true, example: '2026-11-20T00:00:00+08:00' })
  from?: string;

  @Instant({ zh: '早于', en: 'Before', optional: true, example: '2026-11-21T00:00:00+08:00' })
  to?: string;
}

interface EntryRow {
  id: string;
  at: Date;
  app: string;
  personId: string | null;
  requestId: string;
  action: string;
  subjectKind: string;
  subjectId: string;
  reason: string | null;
  day: string | null;
  seq: string | null;
}

/** Who did what to what, and why. */
class AuditEntryDto {
  @Uuid({ zh: '审计记录', en: 'Entry', example: ID })
  id: string;

  @Instant({ zh: '时间', en: 'When', example: '2026-11-21T08:00:00.000Z' })
  at: Date;

  @Text({ zh: '接入应用', en: 'Client application', example: 'portal' })
  app: string;

  @Uuid({ zh: '操作人；应用自身操作时为空', en: 'Who did it; null: the app by itself', nullable: true, example: ID })
  personId: string | null;

  @Text({ zh: '请求编号', en: 'Id of the request', example: ID })
  requestId: string;

  @Text({ zh: '动作', en: 'Action', example: 'safety.track.read' })
  action: string;

  @Text({ zh: '对象种类；list 为列表', en: 'Kind of the subject; list: a list', example: 'student' })
  subjectKind: string;

  @Text({ zh: '对象；列表则为行数', en: 'Id of the subject; of a list its number of rows', example: ID })
  subjectId: string;

  @Text({ zh: '事由或查询条件', en: 'Why, or what was asked for', max: 2_000, nullable: true, example: 'dispute' })
  reason: string | null;

  @DateOnly({
    zh: '所在日链（UTC）；尚未封存时为空',
    en: 'Day (UTC) of the chain it is in; null: not sealed yet',
    nullable: true,
    example: '2026-11-21',
  })
  day: string | null;

  @Int({ zh: '链中序号', en: 'Its number in the chain', min: 1, max: MOST, nullable: true, example: 17 })
  seq: number | null;

  static from(row: EntryRow): AuditEntryDto {
    return Object.assign(new AuditEntryDto(), { ...row, seq: row.seq === null ? null : Number(row.seq) });
  }
}

class AuditDayParams {
  @DateOnly({ zh: '日期（UTC）', en: 'Day (UTC)', example: '2026-11-21' })
  day: string;
}

class BrokenLinkDto {
  @Int({ zh: '链中序号', en: 'Number in the chain', min: 0, max: MOST, example: 17 })
  seq: number;

  @Uuid({ zh: '审计记录；已缺失时为空', en: 'Entry; null when it is not there', nullable: true, example: ID })
  id: string | null;

  @OneOf(PROBLEMS, { zh: '问题', en: 'What is wrong', example: 'changed' })
  problem: keyof typeof PROBLEMS;
}

/** The hash chain of a day. */
class AuditChainDto {
  @DateOnly({ zh: '日期（UTC）', en: 'Day (UTC)', example: '2026-11-21' })
  day: string;

  @Int({
    zh: '记录数；已删除时为当时的数目',
    en: 'Entries; of a day that was dropped, how many there were',
    min: 0,
    max: MOST,
    example: 1204,
  })
  entries: number;

  @Text({
    zh: '末条记录的散列值；另行抄存即可证明当日全部记录',
    en: 'Hash of the last entry; written down elsewhere it proves the whole day',
    nullable: true,
    example: HASH,
  })
  head: string | null;

  @Int({ zh: '尚未封存的记录数（不限日期）', en: 'Entries, of any day, not sealed yet', min: 0, max: MOST, example: 3 })
  unsealed: number;

  @Instant({
    zh: '保存期满、当日记录删除的时间；仍保存时为空。删除后只留记录数与末条散列值，不再核验',
    en: 'When the entries of the day were dropped, their time being over; null: they are kept. Then their number and last hash are what is left, and nothing is checked',
    nullable: true,
    example: '2029-12-01T20:41:00.000Z',
  })
  droppedAt: Date | null;

  @Nested(() => BrokenLinkDto, {
    zh: '第一处不符；完好时为空',
    en: 'The first that does not fit; null when all do',
    nullable: true,
    example: { seq: 17, id: ID, problem: 'changed' },
  })
  broken: BrokenLinkDto | null;

  static from(day: string, { entries, head, unsealed, droppedAt, broken }: AuditChain): AuditChainDto {
    const link = broken && Object.assign(new BrokenLinkDto(), { ...broken, id: broken.id ?? null });
    return Object.assign(new AuditChainDto(), { day, entries, head, unsealed, droppedAt, broken: link ?? null });
  }
}

/** `/directory/v1/audit`: what was done in all services, for who has the permission over the whole school. */
@ApiTags('audit')
@Controller('directory/v1/audit')
export class AuditController {
  constructor(private readonly database: Database) {}

  @Get()
  @Require(READ)
  @ApiPage(AuditEntryDto)
  @Summary(
    '列出各服务的审计记录，新的在前；查看会记入审计',
    'List the audit of all services, newest first; reading it is audited',
  )
  listAudit(@CurrentActor() actor: Actor, @Query() query: AuditQuery): Promise<Page<AuditEntryDto>> {
    requireSchool(actor, READ);
    const { action, personId, app, subjectKind, subjectId, from, to } = query;
    return this.database.transaction(null, async (tx) => {
      const found = await list(tx, query, {
        select: sql`a.id, a.occurred_at AS at, a.app, a.person_id AS "personId", a.request_id AS "requestId", a.action,
          a.subject_kind AS "subjectKind", a.subject_id AS "subjectId", a.reason, a.day::text AS day, a.seq`,
        from: sql`platform.audit a`,
        where: [
          anyOf(sql`a.action`, action),
          anyOf(sql`a.person_id`, personId, 'uuid'),
          anyOf(sql`a.app`, app),
          anyOf(sql`a.subject_kind`, subjectKind),
          anyOf(sql`a.subject_id`, subjectId),
          from && sql`a.occurred_at >= ${from}`,
          to && sql`a.occurred_at < ${to}`,
        ],
        sorts: { at: sql`a.occurred_at` },
        defaultSort: '-at',
        id: sql`a.id`,
        to: AuditEntryDto.from,
      });
      await auditList(tx, actor, { action: 'platform.audit.list', rows: found.data.length, filter: query });
      return found;
    });
  }

  @Get('chains/:day')
  @Require(READ)
  @Returns(AuditChainDto)
  @Summary(
    '核验一天的审计链，指出第一处改动或缺失',
    "Check a day's chain of the audit; names the first entry that was changed or is missing",
  )
  checkAuditChain(@CurrentActor() actor: Actor, @Param() { day }: AuditDayParams): Promise<AuditChainDto> {
    requireSchool(actor, READ);
    return this.database.transaction(null, async (tx) => {
      await allowSeconds(tx, CHECK_SECONDS);
      return AuditChainDto.from(day, await verifyAuditChain(tx, day));
    });
  }
}
