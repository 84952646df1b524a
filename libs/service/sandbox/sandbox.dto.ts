import { Instant, Int } from '#fields';

const TEN_YEARS = 315_532_800;

export class SandboxClockDto {
  @Int({
    zh: '比实际时间提前多少秒；只能增加',
    en: 'Seconds ahead of the time it is; it only grows',
    min: 0,
    max: TEN_YEARS,
    example: 86_400,
  })
  aheadSeconds: number;
}

export class SandboxTimeDto extends SandboxClockDto {
  @Instant({ zh: '沙箱中的时间', en: 'The time in the sandbox' })
  now: Date;
}
