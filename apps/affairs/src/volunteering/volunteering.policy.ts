import { Int, ListOf, Text } from '#fields';
import { Policy } from '#policy';

/**
 * Volunteer stars (星级志愿者) by hours: 100, 300, 600, 1000 and 1500 for one to five stars (《志愿服务记录办法》, 民函〔2012〕340号). A school
 * gives public notice first: three working days in one (黄淮学院), five in others; the longer one is the default.
 */
@Policy({ key: 'affairs.volunteering', title: { zh: '志愿服务', en: 'Volunteering' } })
export class VolunteeringPolicy {
  @ListOf('int', {
    zh: '一星至五星各需多少小时，递增',
    en: 'Hours for one star and each further one, rising',
    minItems: 1,
    maxItems: 10,
    unique: true,
    example: [100, 300, 600, 1000, 1500],
  })
  starHours: number[] = [100, 300, 600, 1000, 1500];

  @Int({ zh: '公示多少个工作日', en: 'Working days of public notice', min: 1, max: 30, example: 5 })
  noticeDays = 5;

  @Text({
    zh: '负责部门代码（另有学院学工干部）',
    en: 'Code of the department that decides, beside the officers of colleges',
    max: 50,
    example: 'TW',
  })
  department = 'TW';
}
