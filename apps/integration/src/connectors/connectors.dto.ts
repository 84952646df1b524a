import { Flag, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { ByDto, ListQuery, Sort } from '#http';
import { type Connector, type ConnectorProfile, oneRosterOf, viewOf } from './connector.entity.js';
import { MappingDto, MappingOf } from './mapping.dto.js';
import { BRINGS, type Brings } from './sheets.js';
import { PulledFromDto, PulledViewDto } from './sources.dto.js';

const MANY = 2_147_483_647;

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

const BROUGHT = { zh: '带来什么', en: 'What it brings', example: 'roster' } as const;

export class BringsQuery {
  @OneOf(BRINGS, { ...BROUGHT, optional: true })
  brings: Brings = 'roster';
}

export class MakeConnectorDto extends ConnectorChangeDto {
  @Text({
    zh: '来源名：名册与预警按它区分各系统带来的内容，之后不变',
    en: 'Source: by it the roster and early warning tell what each system brings; it does not change',
    max: 32,
    pattern: /^[a-z][a-z0-9-]*$/,
    example: 'sis',
  })
  source: string;

  @OneOf(BRINGS, {
    zh: '带来什么，之后不变',
    en: 'What it brings; it does not change',
    optional: true,
    example: 'roster',
  })
  brings: Brings = 'roster';
}

/** A system of the school that brings its roster, or what is observed of students. */
export class ConnectorDto {
  @Uuid({ zh: '对接', en: 'Connector' })
  id: string;

  @Text({ zh: '名称', en: 'Name', max: 100, example: '教务系统' })
  name: string;

  @Text({ zh: '来源名', en: 'Source', max: 32, example: 'sis' })
  source: string;

  @OneOf(BRINGS, BROUGHT)
  brings: Brings;

  @Instant({ zh: '暂停时间', en: 'Paused at', nullable: true })
  pausedAt: Date | null;

  @Nested(() => PulledFromDto, {
    zh: '从哪个 OneRoster 服务拉取；空为没有',
    en: 'The OneRoster service that it is pulled from; null: none',
    nullable: true,
  })
  pull: PulledFromDto | null;

  @Nested(() => PulledViewDto, {
    zh: '从哪个数据库视图拉取；空为没有',
    en: 'The view of a database that it is pulled from; null: none',
    nullable: true,
  })
  view: PulledViewDto | null;

  @Instant({ zh: '建立时间', en: 'Made at' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: Connector): ConnectorDto {
    const { id, name, source, brings, pausedAt, pull, createdAt, version } = row;
    return Object.assign(
      new ConnectorDto(),
      { id, name, source, brings, pausedAt, createdAt, version },
      { pull: oneRosterOf(pull), view: viewOf(pull) },
    );
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
