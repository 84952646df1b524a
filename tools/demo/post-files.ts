import { stringify } from 'csv-stringify/sync';
import { addDays } from '#time';
import { bedCode, type DemoCampus } from './campus.js';

/** Buildings, beds and who sleeps in them, for POST /directory/v1/imports/places. */
export function placesCsv(campus: DemoCampus): string {
  const sleeper = new Map(campus.students.map((student) => [student.bed, student]));
  const buildings = campus.academies.map(({ building, name }) => ['YZ', building, '', '', '', '', `${name}楼`, '', '']);
  const beds = campus.beds.map((bed) => {
    const student = sleeper.get(bedCode(bed));
    return [
      'YZ',
      bed.building,
      bed.floor,
      bed.room,
      bed.bed,
      bed.grid,
      '',
      student?.number ?? '',
      student?.since ?? '',
    ];
  });
  const header = ['campus', 'building', 'floor', 'room', 'bed', 'grid', 'name', 'student_number', 'from'];
  return stringify([header, ['YZ', '', '', '', '', '', '演示校区', '', ''], ...buildings, ...beds]);
}

/** Who answers for whom, for POST /staffing/v1/appointments/import. */
export function appointmentsCsv(campus: DemoCampus): string {
  const from = addDays(campus.firstDay, -7);
  const rows = campus.staff.flatMap(({ number, posts }) =>
    posts.map(({ kind, unitKind, unitCode }) => [number, kind, unitKind, unitCode, 'true', from, '']),
  );
  return stringify([['staff_number', 'kind', 'unit_kind', 'unit_code', 'full_time', 'from', 'to'], ...rows]);
}
