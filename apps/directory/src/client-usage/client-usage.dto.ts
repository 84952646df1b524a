import { DateOnly, Int, ListOf, Text } from '#fields';

/** Days that a request for the usage may span. */
export const MAX_USAGE_DAYS = 400;
const MOST = Number.MAX_SAFE_INTEGER;

export class ClientUsageQuery {
  @DateOnly({ zh: '自（含）', en: 'First day', example: '2026-11-01' })
  from: string;

  @DateOnly({
    zh: `至（含），最多 ${MAX_USAGE_DAYS} 天`,
    en: `Last day, at most ${MAX_USAGE_DAYS} days in all`,
    example: '2026-11-30',
  })
  to: string;
}

class UsageCountsDto {
  @Int({
    zh: '请求数（不含批量），含未获准的',
    en: 'Requests, refused ones too, without bulk ones',
    min: 0,
    max: MOST,
    example: 1204,
  })
  requests: number;

  @Int({
    zh: '批量请求数（上传文件、大批数据）',
    en: 'Bulk requests (files, large batches)',
    min: 0,
    max: MOST,
    example: 12,
  })
  bulkRequests: number;

  @Int({ zh: '其中因超出频率上限被拒（429）', en: 'Of both, refused by a limit (429)', min: 0, max: MOST, example: 3 })
  refusedByLimit: number;

  @Int({
    zh: '其中因无权限被拒（403）',
    en: 'Of both, refused for want of a permission (403)',
    min: 0,
    max: MOST,
    example: 1,
  })
  refusedByPermission: number;

  @Int({
    zh: '其中服务端出错（5xx）',
    en: 'Of both, errors of the server (5xx)',
    min: 0,
    max: MOST,
    example: 0,
  })
  serverErrors: number;
}

export class UsageDayDto extends UsageCountsDto {
  @DateOnly({ zh: '日期', en: 'Day', example: '2026-11-20' })
  date: string;
}

/** What an app asked, day by day: how much, never of whom. */
export class ClientUsageDto {
  @Text({ zh: '应用标识（client_id）', en: 'client_id', example: 'leave-mini-program', max: 32 })
  clientId: string;

  @ListOf(() => UsageDayDto, {
    zh: '有请求的各日，早的在前；约十秒后计入',
    en: 'The days on which it asked anything, earliest first; counted some ten seconds later',
    maxItems: MAX_USAGE_DAYS,
  })
  days: UsageDayDto[];

  static from(this: void, clientId: string, rows: UsageRow[]): ClientUsageDto {
    const days = rows.map(({ date, ...counts }) => {
      const numbers = Object.entries(counts).map(([name, count]) => [name, Number(count)]);
      return Object.assign(new UsageDayDto(), { date, ...Object.fromEntries(numbers) });
    });
    return Object.assign(new ClientUsageDto(), { clientId, days });
  }
}

/** As the table has it: bigint comes as text. */
export type UsageRow = { date: string } & Record<keyof UsageCountsDto, string>;
