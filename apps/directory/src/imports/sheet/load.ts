import type { Bilingual } from '#contracts';
import type { Tx } from '#database';
import { dateIn, identityIn, isActive, type RosterCells, type RowErrors, sexIn, yearIn } from '#exchange';
import { PlacesLoader } from '../places/load.js';
import { copyInto, copyRow } from '../staging.js';

/** Units of a row from the top down: each lies in the one before that is filled in. */
export const LEVELS = ['college', 'major', 'grade', 'class'] as const;

const TWICE: Bilingual = { zh: '在文件中重复', en: 'occurs twice in the file' };
const NO_COLLEGE: Bilingual = {
  zh: '填写专业、年级或班级时不能为空',
  en: 'is needed where major, grade or class are given',
};
const STAFF_BED: Bilingual = { zh: '床位只登记学生', en: 'only the beds of students are kept' };

/** Takes the rows of a sheet for the staging tables of a roster and of places; what is wrong goes to `findings`. */
export class SheetLoader {
  private readonly units = new Map<string, number>();
  private readonly unitRows: string[] = [];
  private readonly numbers = new Set<string>();
  private readonly people: string[] = [];
  private readonly memberships: string[] = [];
  private readonly places: PlacesLoader;

  constructor(
    private readonly file: string,
    private readonly findings: RowErrors,
  ) {
    this.places = new PlacesLoader(file, findings);
  }

  add(line: number, row: RosterCells): void {
    const kind = identityIn(row.identity);
    const id = `${kind} ${row.number}`;
    if (this.numbers.has(id)) return this.findings.add(this.file, line, 'number', TWICE);
    this.numbers.add(id);
    const n = this.people.length;
    const active = isActive(row.status);
    const grade = row.grade === '' ? null : yearIn(row.grade);
    const birthDate = row.birth_date === '' ? null : dateIn(row.birth_date)!;
    const person = [n, line, id, kind, row.number, row.name, kind === 'student' ? grade : null, active] as const;
    this.people.push(copyRow(...person, birthDate !== null, sexIn(row.sex), birthDate));
    const unit = this.unitOf(line, row, kind);
    // Who has left is nowhere any more.
    if (unit !== undefined && active) this.memberships.push(copyRow(n, unit));
    this.addBed(line, row, kind, active);
  }

  async write(tx: Tx): Promise<void> {
    await copyInto(tx, 'staged_unit (n, file, line, sourced_id, kind, code, name, parent_n)', this.unitRows);
    const columns = 'n, line, sourced_id, kind, number, name, grade, active, demographics, sex, birth_date';
    await copyInto(tx, `staged_user (${columns})`, this.people);
    await copyInto(tx, 'staged_membership (user_n, unit_n)', this.memberships);
    await this.places.write(tx);
  }

  /** The lowest unit of a row, made with all above it. */
  private unitOf(line: number, row: RosterCells, kind: 'student' | 'staff'): number | undefined {
    if (kind === 'staff' && row.department !== '' && row.college === '')
      return this.unit(line, 'department', row.department, row.department, undefined);
    let path = '';
    let unit: number | undefined;
    for (const level of LEVELS) {
      if (row[level] === '') continue;
      if (level !== 'college' && row.college === '') {
        this.findings.add(this.file, line, 'college', NO_COLLEGE);
        return undefined;
      }
      const name = level === 'grade' ? `${yearIn(row.grade)}级` : row[level];
      path = path === '' ? name : `${path}/${name}`;
      unit = this.unit(line, level, path, name, unit);
    }
    return unit;
  }

  /** A unit is known by the path of names that leads to it, which is its code as long as it has no other. */
  private unit(line: number, kind: string, path: string, name: string, parent: number | undefined): number {
    const key = `${kind} ${path}`;
    const known = this.units.get(key);
    if (known !== undefined) return known;
    const n = this.units.size;
    this.units.set(key, n);
    this.unitRows.push(copyRow(n, this.file, line, key, kind, path, name, parent ?? null));
    return n;
  }

  private addBed(line: number, row: RosterCells, kind: 'student' | 'staff', active: boolean): void {
    const { campus, building, floor, room, bed, from } = row;
    if (building === '' && room === '' && bed === '') return;
    if (kind === 'staff') return this.findings.add(this.file, line, 'bed', STAFF_BED);
    const place = { campus, building, floor, room, bed, grid: '', name: '' };
    this.places.add(line, { ...place, student_number: active ? row.number : '', from });
  }
}
