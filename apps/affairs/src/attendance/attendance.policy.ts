import { Decimal, ListOf, Nested } from '#fields';
import { Policy } from '#policy';
import { NameDto } from '#workflow';

/** From so many class hours of absence without leave on, something is due. */
export class AttendanceThreshold {
  @Decimal({ zh: '学时', en: 'Class hours', min: 0.1, max: 1000, example: 10 })
  fromHours: number;

  @Nested(() => NameDto, { zh: '应采取的措施', en: 'What is due then', example: { zh: '警告', en: 'A warning' } })
  due: NameDto;
}

const threshold = (fromHours: number, zh: string, en: string): AttendanceThreshold =>
  Object.assign(new AttendanceThreshold(), { fromHours, due: Object.assign(new NameDto(), { zh, en }) });

/**
 * What absence without leave (旷课) comes to in a term. The defaults are one school's published rules; the system points them out, and
 * decides nothing.
 */
@Policy({ key: 'affairs.attendance', title: { zh: '考勤', en: 'Attendance' } })
export class AttendancePolicy {
  @ListOf(() => AttendanceThreshold, {
    zh: '旷课学时与措施',
    en: 'Class hours without leave, and what is due',
    maxItems: 20,
  })
  thresholds: AttendanceThreshold[] = [
    threshold(1, '通报批评', 'Notice of criticism'),
    threshold(11, '警告', 'Warning'),
    threshold(21, '严重警告', 'Serious warning'),
    threshold(31, '记过', 'Demerit'),
    threshold(41, '留校察看', 'Probation'),
    threshold(51, '开除学籍', 'Expulsion'),
  ];
}
