import { Int, OneOf, Text } from '#fields';

/** A page of more than this is refused rather than cut off: who counts pages by themselves would miss rows without a word. */
const MOST = 10_000;

export class ObjectQuery {
  @Text({
    zh: '只返回这些字段，以逗号分隔',
    en: 'Only these fields, separated by commas',
    optional: true,
    max: 500,
    example: 'sourcedId,status,dateLastModified',
  })
  fields?: string;
}

export class CollectionQuery extends ObjectQuery {
  @Int({
    zh: '每页对象数，默认 100',
    en: 'Objects of a page, 100 unless told',
    min: 1,
    max: MOST,
    optional: true,
    example: 100,
  })
  limit?: number;

  @Int({ zh: '跳过的对象数', en: 'Objects before the page', min: 0, max: 2_147_483_647, optional: true, example: 0 })
  offset?: number;

  @Text({
    zh: '排序字段',
    en: 'Field to sort by',
    optional: true,
    max: 100,
    pattern: /^[\w.]*$/,
    example: 'dateLastModified',
  })
  sort?: string;

  @OneOf(['asc', 'desc'], { zh: '升序或降序', en: 'Ascending or descending', optional: true, example: 'desc' })
  orderBy?: 'asc' | 'desc';

  @Text({
    zh: "筛选：字段 运算符 '值'，至多两个条件，以 AND 或 OR 连接；区分大小写，值中的单引号写两次",
    en: "Filter: field operator 'value', two at most, joined by AND or OR; upper and lower case differ, quotation marks within are doubled",
    optional: true,
    max: 1_000,
    pattern: /^[^\0]*$/,
    example: "dateLastModified>'2026-11-01T00:00:00.000Z'",
  })
  filter?: string;
}
