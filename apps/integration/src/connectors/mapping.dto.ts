import { Int, ListOf, Nested, OneOf, Text } from '#fields';
import type { Encoding } from '#exchange';
import { CODE_SETS, type CodeSetName } from './code-sets.js';
import { DATE_ORDERS, type FieldMapping, type Mapping, OTHERWISE, type Step, STEPS } from './mapping.js';
import { type Field, SHEETS } from './sheets.js';

const FIELDS = Object.fromEntries(
  Object.entries({ ...SHEETS.observations.columns, ...SHEETS.roster.columns }).map(([field, { zh }]) => [
    field,
    { zh, en: field.replaceAll('_', ' ') },
  ]),
);
const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'gb18030'] as const;
const SETS = Object.fromEntries(
  Object.entries(CODE_SETS).map(([name, { zh, en, source }]) => [
    name,
    { zh: `${source} ${zh}`, en: `${source} ${en}` },
  ]),
);

/** What a code of the school's own stands for. */
export class PairDto {
  @Text({ zh: '文件中的值', en: 'Value in the file', example: '01' })
  from: string;

  @Text({ zh: '换成的值', en: 'Value that it becomes', example: '计算机学院' })
  to: string;
}

/** What is done with the cells of a column, which are trimmed in any case. */
export class StepDto {
  @OneOf(STEPS, { zh: '做什么', en: 'What is done', example: 'lookup' })
  do: Step['do'];

  @OneOf(DATE_ORDERS, { zh: 'date：年月日的次序', en: 'date: the order of its parts', optional: true, example: 'dmy' })
  order?: NonNullable<Step['order']>;

  @Text({ zh: 'part：分隔符', en: 'part: what divides', max: 10, optional: true, example: '/' })
  separator?: string;

  @Int({
    zh: 'part：第几段，从 1 起；负数从末尾数',
    en: 'part: which one, from 1; negative ones count from the end',
    min: -50,
    max: 50,
    optional: true,
    example: 1,
  })
  part?: number;

  @Int({ zh: 'times：乘以', en: 'times: by what', min: 1, max: 1_000_000, optional: true, example: 100 })
  by?: number;

  @OneOf(SETS, { zh: 'lookup：代码表', en: 'lookup: a code set', optional: true, example: 'gbt-2261.1' })
  set?: CodeSetName;

  @ListOf(() => PairDto, {
    zh: 'lookup：学校自己的对照表，先于代码表',
    en: "lookup: the school's own pairs, which come before the code set",
    optional: true,
    maxItems: 1000,
  })
  values?: PairDto[];

  @OneOf(OTHERWISE, {
    zh: 'lookup：查不到时；不填则该行出错',
    en: 'lookup: what becomes of others; without it the row is an error',
    optional: true,
    example: 'refuse',
  })
  otherwise?: NonNullable<Step['otherwise']>;
}

/** How a field is had. */
export class FieldMappingDto {
  @OneOf(FIELDS, { zh: '名册或观测的项', en: 'Field of the roster, or of observations', example: 'number' })
  field: Field;

  @Text({ zh: '文件的列名', en: 'Column of the file', max: 100, optional: true, example: 'XH' })
  column?: string;

  @Text({
    zh: '没有该列时，各行相同的值',
    en: 'Instead of a column: the same in every row',
    optional: true,
    example: '学生',
  })
  constant?: string;

  @ListOf(() => StepDto, { zh: '依次转换', en: 'What is done with its cells, in this order', maxItems: 10 })
  steps: StepDto[];
}

/** How a file of the school's own is read. */
export class MappingDto {
  @OneOf(ENCODINGS, {
    zh: '编码；不填则自动识别',
    en: 'Encoding; found out where it is not said',
    optional: true,
    example: 'gb18030',
  })
  encoding?: Encoding;

  @Text({
    zh: '工作表；不填则取第一张可见的',
    en: 'Sheet; the first that is seen where it is not said',
    max: 100,
    optional: true,
    example: '学生',
  })
  sheet?: string;

  @ListOf(() => FieldMappingDto, {
    zh: '各项从何而来',
    en: 'Where the fields come from',
    maxItems: Object.keys(FIELDS).length,
  })
  fields: FieldMappingDto[];
}

/** For where a mapping is a part of an answer. */
export const MAPPING_EXAMPLE = {
  fields: [
    { field: 'number', column: 'XH', steps: [] },
    { field: 'name', column: 'XM', steps: [] },
    { field: 'sex', column: 'XBM', steps: [{ do: 'lookup', set: 'gbt-2261.1', otherwise: 'refuse' }] },
  ],
};

export const MappingOf = (): PropertyDecorator =>
  Nested(() => MappingDto, { zh: '映射', en: 'Mapping', example: MAPPING_EXAMPLE });

/** The mapping as it is kept: no more than was said. */
export function mappingOf({ encoding, sheet, fields }: MappingDto): Mapping {
  const without = <T extends object>(all: T): T =>
    Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T;
  const stepOf = ({ do: what, order, separator, part, by, set, values, otherwise }: StepDto): Step =>
    without({
      do: what,
      order,
      separator,
      part,
      by,
      set,
      values: values?.map(({ from, to }) => ({ from, to })),
      otherwise,
    }) as Step;
  const fieldOf = ({ field, column, constant, steps }: FieldMappingDto): FieldMapping =>
    without({ field, column, constant, steps: steps.map(stepOf) }) as FieldMapping;
  return without({ encoding, sheet, fields: fields.map(fieldOf) }) as Mapping;
}
