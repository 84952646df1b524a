import { DateOnly, Decimal, Flag, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { ListQuery } from '#http';
import { SILENCES, type SilenceKind, type SourceState } from '../engine/silence.js';
import { type Source } from './source.entity.js';
import type { SourceNotice } from './source-notice.entity.js';

export class SourcesQuery extends ListQuery {}

/** What may change of a source. */
export class SourceChangeDto {
  @Text({ zh: '中文名称', en: 'Chinese name', max: 100, example: '图书馆门禁' })
  zh: string;

  @Text({ zh: '英文名称', en: 'English name', max: 100, example: 'library gates' })
  en: string;

  @ListOf('text', {
    zh: '提供的指标代码',
    en: 'Codes of the metrics it supplies',
    minItems: 1,
    maxItems: 100,
    unique: true,
    example: ['library_visits'],
  })
  metrics: string[];

  @Int({
    zh: '两次数据之间的小时数；两倍时间没有任何数据即为中断',
    en: 'Hours between two deliveries; after twice as long without a sign of life it is dead',
    min: 1,
    max: 8784,
    optional: true,
    example: 24,
  })
  rhythmHours = 24;

  @Decimal({
    zh: '有数据的学生少于平时的这一比例即为稀少；0 为不判断',
    en: 'Share of the usual number of students below which a day is degraded; 0 = never',
    min: 0,
    max: 1,
    optional: true,
    example: 0.5,
  })
  minPresence = 0.5;

  @Flag({ zh: '在用', en: 'In use', optional: true, example: true })
  active = true;
}

export class NewSourceDto extends SourceChangeDto {
  @Text({
    zh: '代码：与其批次的 source 相同',
    en: 'Code: the source of its batches',
    max: 60,
    pattern: /^(event:)?[a-z0-9][a-z0-9._-]*$/,
    example: 'library',
  })
  code: string;
}

const STATES = {
  alive: { zh: '正常', en: 'alive' },
  ...SILENCES,
  inactive: { zh: '停用', en: 'not in use' },
};

class SourceStateDto {
  @OneOf(STATES, { zh: '状态', en: 'State', example: 'alive' })
  state: keyof typeof STATES;

  @Instant({ zh: '自何时中断或稀少', en: 'Dead or degraded since', nullable: true })
  since: string | null;

  @Instant({ zh: '最近一次数据或心跳', en: 'Last batch or heartbeat', nullable: true })
  seenAt: Date | null;

  @ListOf('text', { zh: '因此没有数据的指标', en: 'Metrics that have no data because of it', example: [] })
  silentMetrics: string[];
}

export class SourceDto extends NewSourceDto {
  @Uuid({ zh: '标识', en: 'Identifier' })
  id: string;

  @Nested(() => SourceStateDto, { zh: '现状', en: 'How it is now' })
  now: SourceStateDto;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(source: Source, states: readonly SourceState[]): SourceDto {
    const { id, code, zh, en, metrics, rhythmHours, minPresence, active, version } = source;
    const found = states.find((state) => state.code === code);
    return Object.assign(new SourceDto(), {
      ...{ id, code, zh, en, metrics, rhythmHours, minPresence, active, version },
      now: {
        state: found ? (found.silence?.kind ?? 'alive') : 'inactive',
        since: found?.silence?.since ?? null,
        seenAt: found?.seenAt ?? null,
        silentMetrics: found?.silentMetrics ?? [],
      },
    });
  }
}

export class SourceCodeParams {
  @Text({ zh: '数据源代码', en: 'Code of the source', max: 60, example: 'library' })
  code: string;
}

export class HeartbeatDto {
  @DateOnly({
    zh: '没有数据、不参与判断的日期（如闭馆日）',
    en: 'A day that has no data and is not to be evaluated by, such as one on which it is closed',
    optional: true,
    example: '2026-11-22',
  })
  day?: string;
}

export class HeartbeatTakenDto {
  @Text({ zh: '数据源代码', en: 'Code of the source', example: 'library' })
  source: string;

  @Instant({ zh: '收到时间', en: 'Received at' })
  at: Date;
}

export class SourceNoticesQuery extends ListQuery {
  @Flag({ zh: '只看未恢复（true）或已恢复（false）', en: 'Only open (true) or closed (false) ones', optional: true })
  open?: boolean;

  @Text({ zh: '数据源代码', en: 'Code of the source', max: 60, optional: true, example: 'library' })
  source?: string;
}

export class SourceNoticeDto {
  @Uuid({ zh: '通知', en: 'Notice' })
  id: string;

  @Text({ zh: '数据源代码', en: 'Code of the source', example: 'library' })
  source: string;

  @OneOf(SILENCES, { zh: '情形', en: 'What is the matter', example: 'dead' })
  kind: SilenceKind;

  @Instant({ zh: '自何时', en: 'Since' })
  since: Date;

  @ListOf('text', {
    zh: '因此没有数据的指标',
    en: 'Metrics that have no data because of it',
    example: ['library_visits'],
  })
  metrics: string[];

  @ListOf('text', { zh: '暂不判断的规则', en: 'Rules that say nothing meanwhile', example: ['library.silence'] })
  rules: string[];

  @Instant({ zh: '通知时间', en: 'Opened at' })
  openedAt: Date;

  @Instant({ zh: '恢复时间', en: 'Closed at', nullable: true })
  closedAt: Date | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(notice: SourceNotice): SourceNoticeDto {
    const { id, source, kind, since, metrics, rules, openedAt, closedAt, version } = notice;
    return Object.assign(new SourceNoticeDto(), {
      ...{ id, source, kind, since, metrics, rules, openedAt, closedAt, version },
    });
  }
}
