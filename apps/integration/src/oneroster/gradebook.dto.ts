import { DateOnly, Decimal, Instant, ListOf, LongText, Nested, OneOf, Text } from '#fields';
import { SCORE_STATUS } from './schemas.js';

export const SOURCED_ID = /^[A-Za-z0-9._~-]{1,100}$/;
const ANY_ID = /^[A-Za-z0-9._~:/-]{1,100}$/;
const ID = '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f';
const MOST = 1_000_000;
const MANY = 1_000;

/** A reference (GUIDRef): what counts is the sourcedId. */
export class RefDto {
  @Text({
    zh: '地址，不看',
    en: 'Address, which is not looked at',
    optional: true,
    max: 2_000,
    example: `https://lms.example.edu.cn/${ID}`,
  })
  href?: string;

  @Text({ zh: '标识', en: 'Identifier', max: 100, pattern: ANY_ID, example: ID })
  sourcedId: string;

  @Text({ zh: '种类，不看', en: 'Kind, which is not looked at', optional: true, max: 100, example: 'class' })
  type?: string;
}

/** What every object of the gradebook has. */
export abstract class GradebookObjectDto {
  @Text({
    zh: '标识，由调用方确定，与路径中的相同；不得含学号或姓名',
    en: 'Identifier, the caller’s, the same as in the path; never with a number or name of somebody in it',
    pattern: SOURCED_ID,
    max: 100,
    example: ID,
  })
  sourcedId: string;

  @OneOf(['active', 'tobedeleted'], {
    zh: '状态，tobedeleted 即删除',
    en: 'Status; tobedeleted deletes it',
    optional: true,
    example: 'active',
  })
  status?: 'active' | 'tobedeleted';

  @Instant({ zh: '不看：以收到的时间为准', en: 'Not looked at: what counts is when it came', optional: true })
  dateLastModified?: string;
}

export class CategoryDto extends GradebookObjectDto {
  @Text({ zh: '名称', en: 'Title', example: '作业' })
  title: string;

  @Decimal({ zh: '权重', en: 'Weight', min: 0, max: 1, optional: true, example: 0.3 })
  weight?: number;
}

export class ScoreScaleValueDto {
  @Text({ zh: '等级', en: 'What is said', example: '优秀' })
  itemValueLHS: string;

  @Text({ zh: '分数', en: 'What it stands for', example: '90-100' })
  itemValueRHS: string;
}

export class ScoreScaleDto extends GradebookObjectDto {
  @Text({ zh: '名称', en: 'Title', example: '五级制' })
  title: string;

  @Text({ zh: '种类', en: 'Kind', example: '五级制' })
  type: string;

  @Nested(() => RefDto, { zh: '课程', en: 'Course', optional: true })
  course?: RefDto;

  @Nested(() => RefDto, { zh: '班级', en: 'Class' })
  class: RefDto;

  @ListOf(() => ScoreScaleValueDto, { zh: '对应关系', en: 'Values', minItems: 1, maxItems: 100 })
  scoreScaleValue: ScoreScaleValueDto[];
}

export class LineItemDto extends GradebookObjectDto {
  @Text({ zh: '名称', en: 'Title', example: '第一次作业' })
  title: string;

  @LongText({ zh: '说明', en: 'Description', optional: true, example: '第三章习题' })
  description?: string;

  @Instant({ zh: '布置时间', en: 'Assigned', example: '2026-11-02T00:00:00.000Z' })
  assignDate: string;

  @Instant({ zh: '截止时间', en: 'Due', example: '2026-11-09T15:59:00.000Z' })
  dueDate: string;

  @Nested(() => RefDto, { zh: '班级', en: 'Class' })
  class: RefDto;

  @Nested(() => RefDto, { zh: '学校', en: 'School' })
  school: RefDto;

  @Nested(() => RefDto, { zh: '类别', en: 'Category' })
  category: RefDto;

  @Nested(() => RefDto, { zh: '学期，不填则为班级的学期', en: 'Term; left out: that of the class', optional: true })
  academicSession?: RefDto;

  @Nested(() => RefDto, { zh: '等级制', en: 'Score scale', optional: true })
  scoreScale?: RefDto;

  @Decimal({ zh: '最低分', en: 'Lowest score', min: -MOST, max: MOST, optional: true, example: 0 })
  resultValueMin?: number;

  @Decimal({ zh: '最高分', en: 'Highest score', min: -MOST, max: MOST, optional: true, example: 100 })
  resultValueMax?: number;
}

const MARKS = ['true', 'false'] as const;
type Mark = (typeof MARKS)[number];

export class ResultDto extends GradebookObjectDto {
  @Nested(() => RefDto, { zh: '评分项', en: 'Line item' })
  lineItem: RefDto;

  @Nested(() => RefDto, { zh: '学生', en: 'Student' })
  student: RefDto;

  @Nested(() => RefDto, { zh: '班级，即评分项的班级', en: 'Class: that of the line item', optional: true })
  class?: RefDto;

  @Nested(() => RefDto, { zh: '等级制', en: 'Score scale', optional: true })
  scoreScale?: RefDto;

  @Text({ zh: '状态', en: 'Status', max: 100, pattern: SCORE_STATUS, example: 'fully graded' })
  scoreStatus: string;

  @Decimal({ zh: '分数', en: 'Score', min: -MOST, max: MOST, optional: true, example: 86.5 })
  score?: number;

  @Text({ zh: '等级', en: 'Score in words', max: 100, optional: true, example: '良好' })
  textScore?: string;

  @DateOnly({ zh: '评分日期', en: 'Day of the score', example: '2026-11-10' })
  scoreDate: string;

  @LongText({ zh: '评语，加密保存', en: 'Comment, which is kept sealed', optional: true, example: '第二题可再想想' })
  comment?: string;

  @OneOf(MARKS, { zh: '进行中', en: 'In progress', optional: true, example: 'false' })
  inProgress?: Mark;

  @OneOf(MARKS, { zh: '未完成', en: 'Incomplete', optional: true, example: 'false' })
  incomplete?: Mark;

  @OneOf(MARKS, { zh: '迟交', en: 'Late', optional: true, example: 'false' })
  late?: Mark;

  @OneOf(MARKS, { zh: '缺交', en: 'Missing', optional: true, example: 'false' })
  missing?: Mark;
}

export class PutCategoryDto {
  @Nested(() => CategoryDto, { zh: '评分类别', en: 'The category' })
  category: CategoryDto;
}

export class PutScoreScaleDto {
  @Nested(() => ScoreScaleDto, { zh: '等级制', en: 'The score scale' })
  scoreScale: ScoreScaleDto;
}

export class PutLineItemDto {
  @Nested(() => LineItemDto, { zh: '评分项', en: 'The line item' })
  lineItem: LineItemDto;
}

export class PutResultDto {
  @Nested(() => ResultDto, { zh: '成绩', en: 'The result' })
  result: ResultDto;
}

export class PostLineItemsDto {
  @ListOf(() => LineItemDto, { zh: '评分项', en: 'Line items', minItems: 1, maxItems: MANY })
  lineItems: LineItemDto[];
}

export class PostResultsDto {
  @ListOf(() => ResultDto, { zh: '成绩', en: 'Results', minItems: 1, maxItems: MANY })
  results: ResultDto[];
}

export class SourcedIdPairDto {
  @Text({ zh: '调用方给出的标识', en: 'The identifier that was sent', max: 100, example: 'quiz-1' })
  suppliedSourcedId: string;

  @Text({ zh: '分配的标识', en: 'The identifier that it has', max: 100, example: ID })
  allocatedSourcedId: string;
}

export class SourcedIdPairsDto {
  @ListOf(() => SourcedIdPairDto, { zh: '标识对照', en: 'Identifiers', maxItems: MANY })
  sourcedIdPairs: SourcedIdPairDto[];
}
