import type { Bilingual } from '#contracts';
import { Flag, ListOf, OneOf, Text } from '#fields';
import { AnyOf } from '#http';

import { ItemFileEntry } from './item-versions.dto.js';
import { CODE, ITEM_EXAMPLE } from './items.dto.js';

const MOST_ITEMS = 200;

export class ItemFileDto {
  @ListOf(() => ItemFileEntry, {
    zh: '事项',
    en: 'Items',
    maxItems: MOST_ITEMS,
    example: [{ code: 'network-repair', ...ITEM_EXAMPLE }],
  })
  items: ItemFileEntry[];
}

export class ExportItemsQuery {
  @AnyOf('text', { zh: '代码；缺省为全部在办事项', en: 'Codes; all that are offered when left out' }, [
    'enrolment-certificate',
  ])
  code?: string[];
}

export class ImportItemsDto extends ItemFileDto {
  @Flag({ zh: '只试不存', en: 'Only say what would happen', optional: true, example: true })
  dryRun = false;
}

export const IMPORT_OUTCOMES = {
  created: { zh: '新建事项及草稿', en: 'A new item with a draft' },
  drafted: { zh: '已有事项，新建草稿', en: 'A draft of an item there is' },
  unchanged: { zh: '无变化', en: 'Nothing changes' },
} as const satisfies Record<string, Bilingual>;

export class ImportedItemDto {
  @Text({ zh: '代码', en: 'Code', max: 50, pattern: CODE, example: 'network-repair' })
  code: string;

  @OneOf(IMPORT_OUTCOMES, { zh: '结果', en: 'What became of it', example: 'created' })
  outcome: keyof typeof IMPORT_OUTCOMES;
}

export class ItemImportDto {
  @Flag({ zh: '只试不存', en: 'Nothing was stored', example: false })
  dryRun: boolean;

  @ListOf(() => ImportedItemDto, { zh: '各事项', en: 'Each of the items', maxItems: MOST_ITEMS })
  items: ImportedItemDto[];
}
