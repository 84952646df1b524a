import { Int, ListOf, OneOf, Text } from '#fields';

const MOST = 200;
export { MOST as MOST_OF_A_PAGE };

export class SelectionQuery {
  @Text({
    zh: '只返回这些属性，以逗号分隔',
    en: 'Only these attributes, separated by commas',
    optional: true,
    max: 1_000,
    example: 'userName,active',
  })
  attributes?: string;

  @Text({
    zh: '不返回这些属性，以逗号分隔',
    en: 'Without these attributes, separated by commas',
    optional: true,
    max: 1_000,
    example: 'members',
  })
  excludedAttributes?: string;
}

export class ScimListQuery extends SelectionQuery {
  @Text({
    zh: '筛选（RFC 7644 §3.4.2.2）',
    en: 'Filter (RFC 7644, section 3.4.2.2)',
    optional: true,
    max: 2_000,
    pattern: /^[^\0]*$/,
    example: 'userName eq "T20260001"',
  })
  filter?: string;

  @Int({
    zh: '从第几个起，1 为第一个；更小视为 1',
    en: 'The first one, from 1; less counts as 1',
    min: -2_147_483_648,
    max: 2_147_483_647,
    optional: true,
    example: 1,
  })
  startIndex?: number;

  @Int({
    zh: `每页个数，默认 100，至多 ${MOST}；0 只返回总数`,
    en: `How many, 100 unless told and ${MOST} at most; 0 answers the total alone`,
    min: -2_147_483_648,
    max: 2_147_483_647,
    optional: true,
    example: 100,
  })
  count?: number;

  @Text({ zh: '排序属性', en: 'Attribute to sort by', optional: true, max: 200, example: 'userName' })
  sortBy?: string;

  @OneOf(['ascending', 'descending'], { zh: '升序或降序', en: 'Order', optional: true, example: 'ascending' })
  sortOrder?: 'ascending' | 'descending';
}

/** The same as a body: what names people need not stand in an address (RFC 7644, 3.4.3). */
export class SearchRequest {
  @ListOf('text', {
    zh: '消息种类',
    en: 'Schemas of the message',
    minItems: 1,
    maxItems: 5,
    example: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
  })
  schemas: string[];

  @ListOf('text', {
    zh: '只返回这些属性',
    en: 'Only these attributes',
    optional: true,
    maxItems: 50,
    example: ['userName', 'active'],
  })
  attributes?: string[];

  @ListOf('text', {
    zh: '不返回这些属性',
    en: 'Without these attributes',
    optional: true,
    maxItems: 50,
    example: ['groups'],
  })
  excludedAttributes?: string[];

  @Text({
    zh: '筛选（RFC 7644 §3.4.2.2）',
    en: 'Filter (RFC 7644, section 3.4.2.2)',
    optional: true,
    max: 2_000,
    pattern: /^[^\0]*$/,
    example: 'userName eq "T20260001"',
  })
  filter?: string;

  @Int({
    zh: '从第几个起',
    en: 'The first one, from 1',
    min: -2_147_483_648,
    max: 2_147_483_647,
    optional: true,
    example: 1,
  })
  startIndex?: number;

  @Int({ zh: '每页个数', en: 'How many', min: -2_147_483_648, max: 2_147_483_647, optional: true, example: 100 })
  count?: number;

  @Text({ zh: '排序属性', en: 'Attribute to sort by', optional: true, max: 200, example: 'userName' })
  sortBy?: string;

  @OneOf(['ascending', 'descending'], { zh: '升序或降序', en: 'Order', optional: true, example: 'ascending' })
  sortOrder?: 'ascending' | 'descending';
}
