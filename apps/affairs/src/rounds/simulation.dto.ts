import { Int, ListOf, Text, Uuid } from '#fields';

const MANY = 2_147_483_647;
const UNIT = '00000000-0000-7000-8000-000100000001';

/** How a level turns out in a unit, without a name. */
export class SimulatedLevelDto {
  @Uuid({ zh: '单位', en: 'Unit', example: UNIT })
  unitId: string;

  @Text({ zh: '单位名称', en: 'Name of the unit', example: '计算机学院' })
  unit: string;

  @Text({ zh: '等级', en: 'Level', max: 30, example: 'first' })
  level: string;

  @Int({ zh: '名额；空为不限', en: 'Places; null: without limit', nullable: true, min: 0, max: MANY, example: 3 })
  places: number | null;

  @Int({ zh: '入选人数', en: 'How many are in', min: 0, max: MANY, example: 3 })
  awarded: number;

  @Int({ zh: '其中因并列超额', en: 'Of these beyond the quota, as they share a place', min: 0, max: MANY, example: 0 })
  overQuota: number;

  @Text({ zh: '入选最低总分', en: 'Lowest total that is in', nullable: true, max: 30, example: '88.25' })
  lowest: string | null;

  @Text({ zh: '其后第一名总分', en: 'Total of the next', nullable: true, max: 30, example: '88.2' })
  next: string | null;

  @Text({ zh: '两者之差', en: 'How far apart they are', nullable: true, max: 30, example: '0.05' })
  margin: string | null;
}

class ExcludedDto {
  @Text({ zh: '情形', en: 'Code of the exclusion', max: 30, example: 'failed' })
  code: string;

  @Int({ zh: '人数', en: 'How many', min: 1, max: MANY, example: 2 })
  count: number;
}

export class SimulationDto {
  @Int({ zh: '参评人数', en: 'Entries', min: 0, max: MANY, example: 40 })
  entries: number;

  @ListOf(() => SimulatedLevelDto, { zh: '各单位各等级', en: 'Each level in each unit', maxItems: 10_000 })
  levels: SimulatedLevelDto[];

  @ListOf(() => ExcludedDto, {
    zh: '不得参评的情形与人数',
    en: 'How many are ruled out, by what',
    maxItems: 100,
    example: [],
  })
  excluded: ExcludedDto[];
}
