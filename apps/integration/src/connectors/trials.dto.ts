import type { RowError } from '#exchange';
import { Int, Json, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import type { ConnectorProfile } from './connector.entity.js';
import type { MappedFile, MappedRow } from './map-file.js';
import { MappingDto, MappingOf } from './mapping.dto.js';
import type { Proposal } from './proposal.js';

const MANY = 2_147_483_647;
/** Problems of rows that an answer shows. */
const MOST_PROBLEMS = 100;
const ROW_EXAMPLE = { number: '2026000001', name: '张三', sex: '男' };

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

/** A row of the file as it would be brought. */
export class RosterRowDto {
  @Int({ zh: '行', en: 'Line', min: 1, max: MANY, example: 2 })
  line: number;

  @Json({ zh: '各项', en: 'Fields', example: ROW_EXAMPLE })
  cells: object;

  static all(rows: readonly MappedRow[]): RosterRowDto[] {
    return rows.map((row) => Object.assign(new RosterRowDto(), row));
  }
}

/** How a file is written down. */
class FormatDto {
  @OneOf(['csv', 'xlsx', 'view'], { zh: '种类', en: 'Kind', example: 'csv' })
  type: string;

  @Text({ zh: '编码', en: 'Encoding', nullable: true, example: 'gb18030' })
  encoding: string | null;

  @Text({ zh: '分隔符', en: 'Separator', nullable: true, pattern: /^[,;\t]$/, example: ',' })
  separator: string | null;

  static of(format: Proposal['format']): FormatDto {
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

  @Text({
    zh: '成为的项；空为不读取',
    en: 'Field that it becomes; null: it is not read',
    nullable: true,
    example: 'sex',
  })
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
    rows: readonly MappedRow[],
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
