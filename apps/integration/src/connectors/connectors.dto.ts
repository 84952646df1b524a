import type { RowError, TableFormat } from '#exchange';
import { Flag, Instant, Int, Json, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ByDto, ListQuery, Sort } from '#http';
import type { Connector, ConnectorProfile } from './connector.entity.js';
import { type ConnectorRun, type Counts, RUN_STATES, type RunState } from './connector-run.entity.js';
import type { MappedFile, RosterRow } from './map-file.js';
import { MappingDto, MappingOf } from './mapping.dto.js';
import type { Proposal } from './proposal.js';

export { MappingDto, mappingOf } from './mapping.dto.js';

const MANY = 2_147_483_647;
/** Problems of rows that an answer shows. */
const MOST_PROBLEMS = 100;
const ROW_EXAMPLE = { number: '2026000001', name: '张三', sex: '男' };

export class ConnectorsQuery extends ListQuery {
  @Flag({ zh: '只看暂停的，或只看未暂停的', en: 'Only paused ones, or only those that are not', optional: true })
  paused?: boolean;

  @Sort(['name'])
  sort?: string;
}

export class ConnectorChangeDto {
  @Text({ zh: '名称', en: 'Name', max: 100, example: '教务系统' })
  name: string;
}

export class MakeConnectorDto extends ConnectorChangeDto {
  @Text({
    zh: '来源名：名册按它区分各系统带来的内容，之后不变',
    en: 'Source: by it the roster tells what each system brings; it does not change',
    max: 32,
    pattern: /^[a-z][a-z0-9-]*$/,
    example: 'sis',
  })
  source: string;
}

/** A OneRoster service that a connector pulls from. */
export class PulledFromDto {
  @OneOf(['1.1', '1.2'], { zh: 'OneRoster 版本', en: 'Version of OneRoster', example: '1.2' })
  oneRoster: '1.1' | '1.2';

  @Text({
    zh: '服务地址，至 /ims/oneroster 之前；https 的 443 端口，或学校放行的网段',
    en: 'Address of the service up to /ims/oneroster: https on port 443, or in a range that the school allows',
    max: 500,
    example: 'https://sis.example.edu.cn',
  })
  url: string;

  @Text({ zh: '令牌地址', en: 'Where tokens are had', max: 500, example: 'https://sis.example.edu.cn/token' })
  tokenUrl: string;

  @Text({ zh: '客户端标识', en: 'Client id', example: 'yizhan' })
  clientId: string;

  @Text({
    zh: '每日拉取的时刻（校园时区）；空为只按需拉取',
    en: 'Time of day on campus at which it is pulled; null: only when somebody asks',
    pattern: /^([01]\d|2[0-3]):[0-5]\d$/,
    nullable: true,
    example: '02:10',
  })
  at: string | null;

  @Int({
    zh: '至多推迟的分钟数，随机取，使各系统不同时被请求',
    en: 'Minutes later at most, by chance, so that not everything is asked at once',
    min: 0,
    max: 240,
    example: 20,
  })
  jitterMinutes: number;
}

export class PullDto extends PulledFromDto {
  @Text({
    zh: '客户端密钥：封存，不再给出；不填则保留',
    en: 'Secret of the client: sealed and never answered; one that is not said stays',
    max: 500,
    optional: true,
    example: 'K2h7…',
  })
  secret?: string;
}

/** A system of the school that brings its roster. */
export class ConnectorDto {
  @Uuid({ zh: '对接', en: 'Connector' })
  id: string;

  @Text({ zh: '名称', en: 'Name', max: 100, example: '教务系统' })
  name: string;

  @Text({ zh: '来源名', en: 'Source', max: 32, example: 'sis' })
  source: string;

  @Instant({ zh: '暂停时间', en: 'Paused at', nullable: true })
  pausedAt: Date | null;

  @Nested(() => PulledFromDto, {
    zh: '从何处拉取；空为送入文件',
    en: 'What it is pulled from; null: files are handed in',
    nullable: true,
  })
  pull: PulledFromDto | null;

  @Instant({ zh: '建立时间', en: 'Made at' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, { id, name, source, pausedAt, pull, createdAt, version }: Connector): ConnectorDto {
    return Object.assign(new ConnectorDto(), { id, name, source, pausedAt, pull, createdAt, version });
  }
}

export class ProfilesQuery extends ListQuery {
  @Sort(['number'])
  sort?: string;
}

/** A version of how the files of a connector are read. */
export class ProfileDto {
  @Uuid({ zh: '映射版本', en: 'Version of the mapping' })
  id: string;

  @Int({ zh: '第几版', en: 'Number', min: 1, max: MANY, example: 1 })
  number: number;

  @MappingOf()
  mapping: MappingDto;

  @ListOf(() => ByDto, { zh: '撰写人', en: 'Who wrote it', maxItems: 1000 })
  draftedBy: ByDto[];

  @Instant({ zh: '试运行时间', en: 'Tried at', nullable: true })
  triedAt: Date | null;

  @Int({ zh: '试运行读到的行数', en: 'Rows that the trial read', min: 0, max: MANY, nullable: true, example: 2000 })
  triedRows: number | null;

  @Int({ zh: '试运行的错误数', en: 'What the trial found wrong', min: 0, max: MANY, nullable: true, example: 0 })
  triedProblems: number | null;

  @Instant({ zh: '发布时间；空为草稿', en: 'Published at; null: a draft', nullable: true })
  publishedAt: Date | null;

  @Nested(() => ByDto, { zh: '发布人', en: 'Who published it', nullable: true })
  publishedBy: ByDto | null;

  static from(this: void, row: ConnectorProfile): ProfileDto {
    const { id, number, mapping, triedAt, triedRows, triedProblems, publishedAt } = row;
    return Object.assign(new ProfileDto(), {
      ...{ id, number, mapping, triedAt, triedRows, triedProblems, publishedAt },
      draftedBy: row.draftedBy.map((by) => ByDto.from(by)),
      publishedBy: row.publishedBy === null ? null : ByDto.from(row.publishedBy),
    });
  }
}

/** Something wrong with a row of a file. */
export class MappedRowProblemDto {
  @Text({
    zh: '映射中由它而来的项；整行或整个文件的问题为 #/fields',
    en: 'The field of the mapping that it is about; #/fields: the row or the file as a whole',
    example: '#/fields/2',
  })
  pointer: string;

  @Int({ zh: '行', en: 'Line', min: 1, max: MANY, nullable: true, example: 17 })
  line: number | null;

  @Text({ zh: '文件的列', en: 'Column of the file', nullable: true, example: 'XBM' })
  column: string | null;

  @Text({ zh: '问题（中文）', en: 'What is wrong, in Chinese', max: 2000, example: '对照表中没有这个值' })
  zh: string;

  @Text({ zh: '问题（英文）', en: 'What is wrong, in English', max: 2000, example: 'is in none of the tables' })
  en: string;

  static all(
    errors: readonly RowError[],
    { fields }: { fields: readonly { column?: string; field: string }[] },
  ): MappedRowProblemDto[] {
    return errors.slice(0, MOST_PROBLEMS).map(({ line = null, column = null, zh, en }) => {
      const at = fields.findIndex((one) => (one.column ?? one.field) === column);
      const pointer = at < 0 ? '#/fields' : `#/fields/${at}`;
      return Object.assign(new MappedRowProblemDto(), { pointer, line, column, zh, en });
    });
  }
}

/** A row of the file as the roster would have it. */
export class RosterRowDto {
  @Int({ zh: '行', en: 'Line', min: 1, max: MANY, example: 2 })
  line: number;

  @Json({ zh: '名册的各项', en: 'Fields of the roster', example: ROW_EXAMPLE })
  cells: object;

  static all(rows: readonly RosterRow[]): RosterRowDto[] {
    return rows.map((row) => Object.assign(new RosterRowDto(), row));
  }
}

/** How a file is written down. */
class FormatDto {
  @OneOf(['csv', 'xlsx'], { zh: '种类', en: 'Kind', example: 'csv' })
  type: string;

  @Text({ zh: '编码', en: 'Encoding', nullable: true, example: 'gb18030' })
  encoding: string | null;

  @Text({ zh: '分隔符', en: 'Separator', nullable: true, pattern: /^[,;\t]$/, example: ',' })
  separator: string | null;

  static of(format: TableFormat): FormatDto {
    const {
      type,
      encoding = null,
      separator = null,
    } = format as { type: string; encoding?: string; separator?: string };
    return Object.assign(new FormatDto(), { type, encoding, separator });
  }
}

/** What is proposed of a column. */
class ProposedColumnDto {
  @Text({ zh: '文件的列', en: 'Column of the file', example: 'XBM' })
  column: string;

  @Text({ zh: '名册的项；空为不读取', en: 'Field of the roster; null: it is not read', nullable: true, example: 'sex' })
  field: string | null;

  @Int({
    zh: '把握（百分比）：由列名与样本中可读的比例而来',
    en: 'Confidence in percent: from its name, and the share of the sample that reads well',
    min: 0,
    max: 100,
    example: 90,
  })
  confidence: number;

  @Text({
    zh: '不读取的原因（中文）',
    en: 'Why it is not read, in Chinese',
    nullable: true,
    example: '名册没有此项，不读取',
  })
  zh: string | null;

  @Text({
    zh: '不读取的原因（英文）',
    en: 'Why it is not read, in English',
    nullable: true,
    example: 'The roster has no such field',
  })
  en: string | null;
}

/** How a file of the school's own may be meant. */
export class ProposalDto {
  @Nested(() => FormatDto, { zh: '文件格式', en: 'Format of the file' })
  format: FormatDto;

  @ListOf(() => ProposedColumnDto, { zh: '各列', en: 'Columns', maxItems: 256 })
  columns: ProposedColumnDto[];

  @MappingOf()
  mapping: MappingDto;

  @ListOf(() => RosterRowDto, { zh: '前几行读成的样子', en: 'The first rows as they would read', maxItems: 10 })
  rows: RosterRowDto[];

  @ListOf(() => MappedRowProblemDto, { zh: '样本中的问题', en: 'What is wrong in the sample', maxItems: MOST_PROBLEMS })
  problems: MappedRowProblemDto[];

  static of({ format, columns, mapping, rows, problems }: Proposal): ProposalDto {
    const proposed = columns.map(({ why, ...column }) =>
      Object.assign(new ProposedColumnDto(), { ...column, zh: why?.zh ?? null, en: why?.en ?? null }),
    );
    return Object.assign(new ProposalDto(), {
      format: FormatDto.of(format),
      columns: proposed,
      mapping,
      rows: RosterRowDto.all(rows),
      problems: MappedRowProblemDto.all(problems, mapping),
    });
  }
}

/** A value that a lookup does not know. */
class UnmappedDto {
  @Text({ zh: '文件的列', en: 'Column of the file', example: 'XBM' })
  column: string;

  @Text({ zh: '值', en: 'Value', example: '3' })
  value: string;

  @Int({ zh: '行数', en: 'Rows', min: 1, max: MANY, example: 12 })
  rows: number;
}

/** What a trial read. */
export class TrialDto {
  @Uuid({ zh: '映射版本', en: 'Version of the mapping' })
  profileId: string;

  @Int({ zh: '读到的行数', en: 'Rows read', min: 0, max: MANY, example: 2000 })
  rowsRead: number;

  @Int({ zh: '错误数', en: 'How much is wrong', min: 0, max: MANY, example: 0 })
  problemCount: number;

  @ListOf(() => RosterRowDto, { zh: '前几行', en: 'The first rows', maxItems: 20 })
  rows: RosterRowDto[];

  @ListOf(() => MappedRowProblemDto, { zh: '前 100 条问题', en: 'The first 100 problems', maxItems: MOST_PROBLEMS })
  problems: MappedRowProblemDto[];

  @ListOf(() => UnmappedDto, { zh: '查不到的值', en: 'Values that no table has', maxItems: 25_600 })
  unmapped: UnmappedDto[];

  static of(
    { id, mapping }: ConnectorProfile,
    read: MappedFile | undefined,
    rows: readonly RosterRow[],
    errors: readonly RowError[],
  ): TrialDto {
    const unmapped = [...(read?.unmapped ?? [])].flatMap(([column, values]) =>
      [...values].map(([value, count]) => Object.assign(new UnmappedDto(), { column, value, rows: count })),
    );
    return Object.assign(new TrialDto(), {
      ...{ profileId: id, rowsRead: read?.rowsRead ?? 0, problemCount: errors.length },
      rows: RosterRowDto.all(rows),
      problems: MappedRowProblemDto.all(errors, mapping),
      unmapped,
    });
  }
}

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
    zh: '新增、变更与结束的数量',
    en: 'How much is made, changed and ended',
    nullable: true,
    example: { people: { create: 2000, change: 0, close: 0 } },
  })
  counts: Counts | null;

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
