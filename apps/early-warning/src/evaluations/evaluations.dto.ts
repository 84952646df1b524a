import { DateOnly, Flag, Int, Json, ListOf, Nested, Text, Uuid } from '#fields';
import type { Evidence } from '#rule-language';
import { RuleDefinitionDto } from '../rules/rules.dto.js';

export const MAX_IDS = 40_000;

export class EvaluationRequestDto {
  @Nested(() => RuleDefinitionDto, { zh: '规则', en: 'Rule' })
  rule: RuleDefinitionDto;

  @DateOnly({ zh: '截至日期，不晚于今天', en: 'As-of day, not after today', example: '2026-11-20' })
  asOf: string;

  @Uuid({
    zh: '只看该单位或场所在当日的学生；不给为全部在籍学生',
    en: 'Only students of this unit or place on the day; none: all active students',
    optional: true,
  })
  unitId?: string;

  @Flag({
    zh: '也计入当日之后才开始的归属',
    en: 'Also memberships that begin after the day',
    optional: true,
    example: false,
  })
  includeFuture?: boolean;

  @Flag({ zh: '附上部分学生的依据', en: 'Add the evidence of some students', optional: true, example: false })
  evidence?: boolean;
}

export class EvaluationQuery {
  @Flag({ zh: '列出被标记学生的学号', en: 'List the numbers of the flagged students', optional: true, example: true })
  ids = false;
}

export class LevelCountsDto {
  @Int({ zh: '蓝色', en: 'blue', min: 0, max: 10_000_000, example: 0 })
  blue: number;

  @Int({ zh: '黄色', en: 'yellow', min: 0, max: 10_000_000, example: 12 })
  yellow: number;

  @Int({ zh: '橙色', en: 'orange', min: 0, max: 10_000_000, example: 3 })
  orange: number;

  @Int({ zh: '红色', en: 'red', min: 0, max: 10_000_000, example: 0 })
  red: number;
}

class ExplainedDto {
  @Text({ zh: '学号', en: 'Student number', example: '2024000001' })
  student: string;

  @Json({ zh: '依据', en: 'Evidence', example: { rule: 'dorm.late', asOf: '2026-11-20' } })
  evidence: Evidence;
}

export class EvaluationDto {
  @DateOnly({ zh: '截至日期', en: 'As-of day', example: '2026-11-20' })
  asOf: string;

  @Int({ zh: '学生数', en: 'Students', min: 0, max: 10_000_000, example: 2000 })
  n: number;

  @Int({ zh: '被标记的学生数', en: 'Students flagged', min: 0, max: 10_000_000, example: 15 })
  flagged: number;

  @Int({
    zh: '数据不足、无法判断的学生数',
    en: 'Students about whom too little is known to say',
    min: 0,
    max: 10_000_000,
    example: 4,
  })
  unknown: number;

  @Nested(() => LevelCountsDto, { zh: '各级别人数', en: 'Students by level' })
  levels: LevelCountsDto;

  @Int({ zh: '数据水位', en: 'High-water mark of the data', min: 0, max: Number.MAX_SAFE_INTEGER, example: 812 })
  hwm: number;

  @ListOf('text', {
    zh: '被标记学生的学号（ids=true）',
    en: 'Numbers of the flagged students (ids=true)',
    maxItems: MAX_IDS,
    optional: true,
    example: ['2024000001'],
  })
  students?: string[];

  @ListOf(() => ExplainedDto, { zh: '部分学生的依据', en: 'Evidence of some students', maxItems: 20, optional: true })
  evidence?: ExplainedDto[];
}
