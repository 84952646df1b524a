import { type AppointmentKind, PLACE_KINDS, UNIT_KINDS, type UnitKind } from '#contracts';
import { ListOf } from '#fields';
import { Policy } from '#policy';

const ANY_UNIT = { ...UNIT_KINDS, ...PLACE_KINDS };

const Units = (zh: string, en: string, example: UnitKind[]): PropertyDecorator =>
  ListOf(ANY_UNIT, {
    zh: `${zh}可对应的单位或场所`,
    en: `Units or places of a ${en}`,
    minItems: 1,
    unique: true,
    example,
  });

/** Which kind of unit or place each kind of appointment is over. */
@Policy({
  key: 'staffing.appointment-units',
  title: { zh: '任职对应的单位', en: 'Which units appointments are over' },
})
export class AppointmentUnitsPolicy implements Record<AppointmentKind, UnitKind[]> {
  @Units('辅导员', 'counselor', ['class'])
  counselor: UnitKind[] = ['college', 'academy', 'major', 'grade', 'class', 'building', 'floor'];

  @Units('班主任', 'class advisor', ['class'])
  class_advisor: UnitKind[] = ['class'];

  @Units('学业导师', 'academic mentor', ['academy'])
  mentor: UnitKind[] = ['college', 'academy', 'major', 'grade', 'class'];

  @Units('楼长', 'building head', ['building'])
  building_head: UnitKind[] = ['building'];

  @Units('网格长', 'grid head', ['grid'])
  grid_head: UnitKind[] = ['grid'];

  @Units('心理教师', 'psychologist', ['school'])
  psychologist: UnitKind[] = ['school', 'college', 'academy'];

  @Units('学生工作干部', 'student-affairs officer', ['college'])
  student_affairs_officer: UnitKind[] = ['school', 'college', 'academy', 'department'];

  @Units('组织员', 'party organizer', ['college'])
  party_organizer: UnitKind[] = ['school', 'college', 'academy'];

  // No student belongs to a department, so the post reaches none: it shows the cases that the department signs.
  @Units('部门经办人', 'department clerk', ['department'])
  department_clerk: UnitKind[] = ['department'];
}
