import { Instant, Int, Text, Uuid } from '#fields';
import { ListQuery, Sort } from '#http';

export class CalendarFeedDto {
  @Uuid({ zh: '日历地址', en: 'The address' })
  id: string;

  @Instant({ zh: '建立时间', en: 'Made at', example: '2027-02-20T06:00:00.000Z' })
  createdAt: Date;

  @Instant({ zh: '停用时间', en: 'Withdrawn at', nullable: true })
  withdrawnAt: Date | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;
}

export class NewCalendarFeedDto extends CalendarFeedDto {
  @Text({
    zh: '地址的路径，仅此一次给出；知道地址的人都能读取',
    en: 'Path of the address, told this once: whoever has it can read it',
    max: 200,
    example: '/affairs/v1/booking-calendars/3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAA',
  })
  path: string;
}

export class CalendarFeedsQuery extends ListQuery {
  @Sort(['createdAt'])
  sort?: string;
}
