import { BranchRefDto } from '../organizations/organizations.dto.js';
import { DateOnly, Flag, Int, ListOf, Nested, Text, Uuid } from '#fields';
import { PageQuery, Sort } from '#http';

const GRID = '00000000-0000-7000-8000-000700000001';
const BRANCH = '00000000-0000-7000-8000-006000000003';

export class CoverGridsDto {
  @ListOf('uuid', {
    zh: '该支部覆盖的全部网格',
    en: 'All grids of the branch',
    maxItems: 500,
    unique: true,
    example: [GRID],
  })
  gridIds: string[];

  @DateOnly({ zh: '起始日期，默认今天', en: 'From when; default today', optional: true, example: '2026-11-21' })
  from?: string;
}

export class BranchGridsDto {
  @Uuid({ zh: '党支部', en: 'Branch', example: BRANCH })
  id: string;

  @DateOnly({ zh: '起始日期', en: 'From when', example: '2026-11-21' })
  from: string;

  @ListOf('uuid', { zh: '自该日起覆盖的网格', en: 'Grids covered from that day on', maxItems: 500, example: [GRID] })
  gridIds: string[];

  @Int({ zh: '党支部的版本', en: 'Version of the branch', min: 1, max: 2_147_483_647, example: 2 })
  version: number;
}

export class CoverageQuery extends PageQuery {
  @DateOnly({ zh: '日期，默认今天', en: 'Date; default today', optional: true, example: '2026-11-21' })
  on?: string;

  @Flag({ zh: '只看已覆盖或未覆盖的', en: 'Only covered or only uncovered ones', optional: true, example: false })
  covered?: boolean;

  @Sort(['code'])
  sort?: string;
}

export class GridDto {
  @Uuid({ zh: '网格', en: 'Grid', example: GRID })
  id: string;

  @Text({ zh: '代码', en: 'Code', example: 'G-E' })
  code: string;

  @Text({ zh: '名称', en: 'Name', example: '东区网格' })
  name: string;

  @Nested(() => BranchRefDto, {
    zh: '覆盖它的党支部；无则 null',
    en: 'The branch that covers it, or null',
    nullable: true,
  })
  branch: BranchRefDto | null;
}

export class GridCoverageDto {
  @DateOnly({ zh: '日期', en: 'Date', example: '2026-11-21' })
  on: string;

  @Int({ zh: '网格总数', en: 'Grids', min: 0, max: 1_000_000, example: 40 })
  total: number;

  @Int({ zh: '已覆盖', en: 'Covered', min: 0, max: 1_000_000, example: 38 })
  covered: number;

  @Int({ zh: '未覆盖', en: 'Uncovered', min: 0, max: 1_000_000, example: 2 })
  uncovered: number;

  @ListOf(() => GridDto, { zh: '网格', en: 'The grids', maxItems: 200 })
  data: GridDto[];

  @Text({ zh: '下一页的游标', en: 'Cursor of the next page', max: 2000, nullable: true, example: 'WyIiLCJHLUUiLCIiXQ' })
  nextCursor: string | null;
}
