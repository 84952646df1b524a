import { Flag, Instant, Int, Json, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ByDto, ListQuery, Sort } from '#http';
import { type ConnectorRun, RUN_STATES, type RunState } from './connector-run.entity.js';

const MANY = 2_147_483_647;

export class RunOptions {
  @Flag({ zh: '只比对，不写入', en: 'Only compare, write nothing', optional: true, example: false })
  dryRun = false;
}

export class ConnectorRunsQuery extends ListQuery {
  @AnyOf(RUN_STATES, { zh: '状态', en: 'States' }, ['held'])
  state?: string[];

  @Sort(['number'])
  sort?: string;
}

export class ReleaseDto {
  @LongText({ zh: '为何放行', en: 'Why it is right', max: 500, example: '2022 级毕业离校' })
  reason: string;

  @Flag({
    zh: '同时确认学工号或身份的大量变更',
    en: 'Numbers and identities that are doubted are right too',
    optional: true,
    example: false,
  })
  allowIdentityChanges?: boolean;
}

/** Something wrong with a column, in how many rows. */
class ColumnProblemDto {
  @Text({ zh: '列', en: 'Column', nullable: true, example: 'XBM' })
  column: string | null;

  @Int({ zh: '行数', en: 'Rows', min: 0, max: MANY, example: 12 })
  rows: number;

  @Int({ zh: '首个出错的行', en: 'The first of them', min: 1, max: MANY, nullable: true, example: 17 })
  firstLine: number | null;

  @Text({ zh: '问题（中文）', en: 'What is wrong, in Chinese', max: 2000, example: '对照表中没有这个值' })
  zh: string;

  @Text({ zh: '问题（英文）', en: 'What is wrong, in English', max: 2000, example: 'is in none of the tables' })
  en: string;
}

class HeldReasonDto {
  @Text({ zh: '原因（中文）', en: 'Reason, in Chinese', max: 2000, example: '本次导入将结束 30 条学籍中的 20 条' })
  zh: string;

  @Text({ zh: '原因（英文）', en: 'Reason, in English', max: 2000, example: 'the import would end 20 of 30 students' })
  en: string;
}

/** One listing, and what came of it. */
export class ConnectorRunDto {
  @Uuid({ zh: '运行', en: 'Run' })
  id: string;

  @Int({ zh: '第几次', en: 'Number', min: 1, max: MANY, example: 3 })
  number: number;

  @Uuid({ zh: '所用映射版本', en: 'Version of the mapping that read it', nullable: true })
  profileId: string | null;

  @Flag({ zh: '只比对', en: 'Only compared', example: false })
  dryRun: boolean;

  @OneOf(RUN_STATES, { zh: '状态', en: 'State', example: 'applied' })
  state: RunState;

  @Text({
    zh: '文件的 SHA-256',
    en: 'SHA-256 of the file',
    max: 64,
    nullable: true,
    example: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  })
  sha256: string | null;

  @Int({ zh: '行数', en: 'Rows', min: 0, max: MANY, example: 2000 })
  rows: number;

  @ListOf(() => ColumnProblemDto, { zh: '问题，按列与原因', en: 'What is wrong, by column and reason', maxItems: 100 })
  problems: ColumnProblemDto[];

  @Json({
    zh: '名册：新增、变更与结束的数量；观测：收下与不收的行数',
    en: 'Of a roster how much is made, changed and ended; of observations how many rows are taken and refused',
    nullable: true,
    example: { people: { create: 2000, change: 0, close: 0 } },
  })
  counts: ConnectorRun['counts'];

  @ListOf(() => HeldReasonDto, { zh: '被拦下的原因', en: 'Why it is held', maxItems: 100 })
  reasons: HeldReasonDto[];

  @Nested(() => ByDto, { zh: '发起人', en: 'Who asked for it' })
  requestedBy: ByDto;

  @Nested(() => ByDto, { zh: '放行人', en: 'Who released it', nullable: true })
  releasedBy: ByDto | null;

  @Text({ zh: '放行原因', en: 'Why it was released', max: 500, nullable: true, example: '2022 级毕业离校' })
  releaseReason: string | null;

  @Instant({ zh: '开始时间', en: 'Begun at' })
  createdAt: Date;

  @Instant({ zh: '结束时间', en: 'Ended at', nullable: true })
  finishedAt: Date | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: ConnectorRun): ConnectorRunDto {
    const { id, number, profileId, dryRun, state, sha256, rows, problems, counts, reasons } = row;
    const { releaseReason, createdAt, finishedAt, version } = row;
    return Object.assign(new ConnectorRunDto(), {
      ...{ id, number, profileId, dryRun, state, sha256, rows, problems, counts, reasons },
      ...{ releaseReason, createdAt, finishedAt, version },
      requestedBy: ByDto.from(row.requestedBy),
      releasedBy: row.releasedBy === null ? null : ByDto.from(row.releasedBy),
    });
  }
}
