import { Instant, Int, ListOf, LongText, Nested, Text, Uuid } from '#fields';
import { ByDto, ListQuery, Sort } from '#http';
import { ItemContent } from './item-content.js';
import { CODE, ITEM_EXAMPLE, MOST_VERSION } from './items.dto.js';

export class ItemVersionQuery {
  @Int({
    zh: '第几版；缺省为在用版本',
    en: 'Which version; the one in force when left out',
    ...{ optional: true, min: 1, max: MOST_VERSION, example: 1 },
  })
  number?: number;
}

export class ItemVersionsQuery extends ListQuery {
  @Sort(['number'])
  sort?: string;
}

export class ItemVersionDto {
  @Int({ zh: '第几版', en: 'Number', min: 1, max: MOST_VERSION, example: 1 })
  number: number;

  @ListOf(() => ByDto, { zh: '撰写者', en: 'Written by' })
  draftedBy: ByDto[];

  @Nested(() => ByDto, { zh: '发布者', en: 'Published by' })
  publishedBy: ByDto;

  @Instant({ zh: '发布时间', en: 'Published at', example: '2026-12-01T02:00:00.000Z' })
  publishedAt: Date;

  static from(
    this: void,
    row: { number: number; draftedBy: string[]; publishedBy: string; publishedAt: Date },
  ): ItemVersionDto {
    const { number, draftedBy, publishedBy, publishedAt } = row;
    return Object.assign(new ItemVersionDto(), {
      ...{
        number,
        publishedAt,
        publishedBy: ByDto.from(publishedBy),
        draftedBy: draftedBy.map((by) => ByDto.from(by)),
      },
    });
  }
}

export class ItemDraftDto {
  @Uuid({ zh: '事项', en: 'Item' })
  id: string;

  @Text({ zh: '代码', en: 'Code', max: 50, pattern: CODE, example: 'network-repair' })
  code: string;

  @Int({
    ...{ zh: '在用版本；从未发布的为 null', en: 'Version in force; null: never published' },
    ...{ nullable: true, min: 1, max: MOST_VERSION, example: 1 },
  })
  number: number | null;

  @Nested(() => ItemContent, {
    zh: '草稿；没有时为 null',
    en: 'The draft; null: none',
    nullable: true,
    example: ITEM_EXAMPLE,
  })
  draft: ItemContent | null;

  @ListOf(() => ByDto, { zh: '撰写者', en: 'Written by' })
  draftedBy: ByDto[];

  @Instant({ zh: '停办时间', en: 'Retired at', nullable: true, example: '2027-03-01T01:00:00.000Z' })
  retiredAt: Date | null;

  @Int({ zh: '版本（ETag）', en: 'Version of the row (ETag)', min: 1, max: MOST_VERSION, example: 1 })
  version: number;

  static from(item: {
    id: string;
    code: string;
    number: number | null;
    draft: ItemContent | null;
    draftedBy: string[];
    retiredAt: Date | null;
    version: number;
  }): ItemDraftDto {
    const { id, code, number, draft, draftedBy, retiredAt, version } = item;
    return Object.assign(new ItemDraftDto(), {
      ...{ id, code, number, draft, retiredAt, version, draftedBy: draftedBy.map((by) => ByDto.from(by)) },
    });
  }
}

/** An item with its code: what is drafted, exported and imported. */
export class ItemFileEntry extends ItemContent {
  @Text({ zh: '代码，不可更改', en: 'Code; it never changes', max: 50, pattern: CODE, example: 'network-repair' })
  code: string;
}

export class ItemFindingDto {
  @Text({ zh: '位置（JSON Pointer）', en: 'Where: a JSON pointer into the content', max: 500, example: '#/owner' })
  pointer: string;

  @Text({ zh: '中文说明', en: 'In Chinese', max: 1000, example: '没有该代码的单位' })
  zh: string;

  @Text({ zh: '英文说明', en: 'In English', max: 1000, example: 'there is no unit of this code' })
  en: string;
}

export class ItemFindingsDto {
  @ListOf(() => ItemFindingDto, {
    zh: '问题；空为可以发布',
    en: 'What is wrong; empty: it can be published',
    maxItems: 1000,
  })
  findings: ItemFindingDto[];
}

export class ItemDiffQuery {
  @Int({ zh: '第几版', en: 'A version', min: 1, max: MOST_VERSION, example: 1 })
  from: number;

  @Int({
    zh: '另一版；缺省为草稿（须有起草或发布的权限）',
    en: 'The other; the draft when left out, for those who may draft or publish',
    ...{ optional: true, min: 1, max: MOST_VERSION, example: 1 },
  })
  to?: number;
}

export class ItemChangeDto {
  @Text({ zh: '位置（JSON Pointer）', en: 'Where: a JSON pointer', max: 500, example: '#/workingDays' })
  pointer: string;

  @LongText({
    zh: '此前的值（JSON）；没有时为 null',
    en: 'Before, as JSON; null: nothing',
    max: 100_000,
    nullable: true,
    example: '3',
  })
  before: string | null;

  @LongText({
    zh: '此后的值（JSON）；没有时为 null',
    en: 'After, as JSON; null: nothing',
    max: 100_000,
    nullable: true,
    example: '5',
  })
  after: string | null;
}

export class ItemDiffDto {
  @ListOf(() => ItemChangeDto, { zh: '不同之处', en: 'Where the two differ', maxItems: 10_000 })
  changes: ItemChangeDto[];
}
