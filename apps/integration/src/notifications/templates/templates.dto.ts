import { Flag, Instant, Int, Json, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort } from '#http';
import { ALL_KINDS } from '../kinds.js';
import type { Words } from '../shipped-templates.js';
import type { MessageTemplate } from './template.entity.js';

export class WordsDto implements Words {
  @Text({ zh: '标题（Liquid）', en: 'Title, in Liquid', example: '请假已批准' })
  title: string;

  @LongText({ zh: '正文（Liquid）', en: 'Text, in Liquid', max: 2_000, example: '{{ name }}，你的请假已批准。' })
  body: string;
}

const EN = { title: 'Leave approved', body: '{{ name }}, your leave was approved.' };

/** The words of a message in both languages. */
export class TemplateFormDto {
  @OneOf(ALL_KINDS, { zh: '消息种类', en: 'Kind of message', example: 'leave-approved' })
  kind: string;

  @Nested(() => WordsDto, { zh: '中文', en: 'In Chinese' })
  zh: WordsDto;

  @Nested(() => WordsDto, { zh: '英文', en: 'In English', example: EN })
  en: WordsDto;
}

export class TemplateDto extends TemplateFormDto {
  @Uuid({ zh: '模板', en: 'Template' })
  id: string;

  @Int({
    zh: '第几版；草稿为 null',
    en: 'Which version; null: a draft',
    nullable: true,
    min: 1,
    max: 1_000_000,
    example: 1,
  })
  number: number | null;

  @Instant({ zh: '发布时间', en: 'Published at', nullable: true })
  publishedAt: Date | null;

  @Int({ zh: '修订号', en: 'Version of the row', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(this: void, { id, kind, zh, en, number, publishedAt, version }: MessageTemplate): TemplateDto {
    return Object.assign(new TemplateDto(), { id, kind, zh, en, number, publishedAt, version });
  }
}

export class TemplatesQuery extends ListQuery {
  @AnyOf(ALL_KINDS, { zh: '消息种类', en: 'Kinds of messages' }, ['leave-approved'])
  kind?: string[];

  @Flag({ zh: '只看草稿，或只看已发布的', en: 'Only drafts, or only what was published', optional: true })
  draft?: boolean;

  @Sort(['createdAt'])
  sort?: string;
}

/** What messages of a kind say now, and may say. */
export class KindTemplateDto extends TemplateFormDto {
  @Int({ zh: '第几版；0 为出厂', en: 'Which version; 0: as shipped', min: 0, max: 1_000_000, example: 0 })
  number: number;

  @Json({
    zh: '可用的变量及示例',
    en: 'What it may say, with an example',
    example: { name: '王芳', count: 3, at: '2026-12-01 08:07' },
  })
  variables: Record<string, string | number>;

  static of(values: object): KindTemplateDto {
    return Object.assign(new KindTemplateDto(), values);
  }
}

/** Words as they would be sent, on example data. */
export class PreviewDto {
  @Nested(() => WordsDto, {
    zh: '中文',
    en: 'In Chinese',
    example: { title: '请假已批准', body: '王芳，你的请假已批准。' },
  })
  zh: WordsDto;

  @Nested(() => WordsDto, {
    zh: '英文',
    en: 'In English',
    example: { title: 'Leave approved', body: '王芳, your leave was approved.' },
  })
  en: WordsDto;

  static of(values: { zh: Words; en: Words }): PreviewDto {
    return Object.assign(new PreviewDto(), values);
  }
}
