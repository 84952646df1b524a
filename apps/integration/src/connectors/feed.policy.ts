import { Int } from '#fields';
import { Policy } from '#policy';

/** When a feed of observations waits for somebody else. No rule says how many: these are the house's own, for a school to set. */
@Policy({ key: 'integration.feeds', title: { zh: '观测对接', en: 'Feeds of observations' } })
export class FeedPolicy {
  @Int({
    zh: '一次运行中不能收下的行超过此比例（%）时待另一人放行',
    en: 'Share of the rows of a run that cannot be taken, in %, beyond which somebody else must release it',
    min: 0,
    max: 100,
    example: 5,
  })
  refusedPercent = 5;

  @Int({
    zh: '少于此行数不触发',
    en: 'Fewer rows than these are always let pass',
    min: 0,
    max: 1_000_000,
    example: 5,
  })
  refusedFloor = 5;
}
