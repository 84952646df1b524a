import type { Bilingual } from '#contracts';
import type { Tx } from '#database';
import { fullName, type RowErrors } from '#exchange';
import { copyInto, copyRow } from '../staging.js';
import { ORG_KINDS, RELATIVES, SESSION_KINDS, USERS_1_1 } from './files.js';
import { checkedRows, type OpenFile, type Row } from './set.js';
import { Users } from './users.js';

/** Rows of the set that have no counterpart here, by what they are. */
export interface Skipped {
  orgs: number;
  sessions: number;
  users: number;
  enrollments: number;
}

const AFTER_BEGIN: Bilingual = { zh: '必须晚于开始日期', en: 'must be after the begin date' };
const NOT_IN = (file: string): Bilingual => ({ zh: `${file}.csv 中没有该 sourcedId`, en: `is not in ${file}.csv` });
const NO_NAME: Bilingual = {
  zh: '姓和名至少填一项',
  en: 'one of familyName and givenName is needed',
};
const CODE_TWICE: Bilingual = { zh: '代码在同类单位中重复', en: 'two units of one kind have this code' };
const SEX: Record<string, string> = { male: '1', female: '2', unspecified: '9', other: '9' };

/** Reads the files of a set into the staging tables; what is wrong goes to `findings`. */
export class RosterLoader {
  readonly skipped: Skipped = { orgs: 0, sessions: 0, users: 0, enrollments: 0 };
  private readonly sessions = new Map<string, number>();
  private readonly orgs = new Map<string, number>();
  private readonly orgKinds: (string | null)[] = [];
  private readonly courses = new Map<string, number>();
  private readonly courseOrgs: (number | null)[] = [];
  private readonly classes = new Map<string, number>();
  private readonly profiles = new Map<string, number>();
  private readonly unitCodes = new Set<string>();
  private readonly users = new Users();
  private readonly userRows = new Map<string, number>();

  constructor(
    private readonly tx: Tx,
    private readonly files: Map<string, OpenFile>,
    private readonly findings: RowErrors,
    private readonly onRows: (rows: number) => Promise<void>,
  ) {}

  async load(): Promise<void> {
    const units = await this.readOrgs();
    await copyInto(
      this.tx,
      'staged_term (n, line, sourced_id, kind, name, school_year, starts_on, ends_on, parent_n)',
      await this.readSessions(),
    );
    await this.readCourses();
    units.push(...(await this.readClasses()));
    await copyInto(this.tx, 'staged_unit (n, file, line, sourced_id, kind, code, name, parent_n, term_n)', units);
    for await (const _ of this.rows('userProfiles', this.profiles)); // for references only
    await copyInto(this.tx, 'staged_membership (user_n, unit_n, begins, ends, secondary)', this.readRoles());
    await this.readDemographics();
    await this.readUsers();
    await copyInto(this.tx, 'staged_membership (user_n, unit_n, begins, ends)', this.readEnrollments());
    this.users.reportMissing(this.userRows, ({ file, line, column }, text) =>
      this.findings.add(file, line, column, text),
    );
  }

  private async readOrgs(): Promise<string[]> {
    const found: { row: Row; parent: string }[] = [];
    for await (const row of this.each('orgs', this.orgs)) {
      found.push({ row, parent: row.values[3]! });
      this.orgKinds[row.n] = orgKind(row.values[1]!, row.values[4]!);
    }
    const parents = new Map<number, number>();
    for (const { row, parent } of found) {
      const n = this.refer(this.orgs, parent, 'orgs', row, 'orgs', 'parentSourcedId');
      if (n !== null) parents.set(row.n, n);
    }
    const lines: string[] = [];
    for (const { row } of found) {
      const [name, , code] = row.values as [string, string, string];
      const kind = this.orgKinds[row.n] ?? null;
      if (isInCircle(row.n, parents)) {
        this.findings.add('orgs.csv', row.line, 'parentSourcedId', {
          zh: '上下级形成循环',
          en: 'is part of a circle of parents',
        });
      }
      if (kind === null) this.skipped.orgs++;
      else {
        this.checkCode(kind, code, 'orgs.csv', row, 'identifier');
        lines.push(
          copyRow(row.n, 'orgs.csv', row.line, row.sourcedId, kind, code, name, parents.get(row.n) ?? null, null),
        );
      }
    }
    return lines;
  }

  private async readSessions(): Promise<string[]> {
    const found: Row[] = [];
    for await (const row of this.each('academicSessions', this.sessions)) found.push(row);
    return found.flatMap((row) => {
      const [title, type, startDate, endDate, parent, year] = row.values as [
        string,
        string,
        string,
        string,
        string,
        string,
      ];
      const parentN = this.refer(this.sessions, parent, 'academicSessions', row, 'academicSessions', 'parentSourcedId');
      this.checkPeriod('academicSessions', row, startDate, endDate);
      const kind = SESSION_KINDS[type];
      if (!kind) this.skipped.sessions++;
      return kind
        ? [
            copyRow(
              row.n,
              row.line,
              row.sourcedId,
              kind,
              title,
              year || null,
              startDate || null,
              endDate || null,
              parentN,
            ),
          ]
        : [];
    });
  }

  private async readCourses(): Promise<void> {
    for await (const row of this.each('courses', this.courses)) {
      const [year, , org] = row.values as [string, string, string];
      this.refer(this.sessions, year, 'academicSessions', row, 'courses', 'schoolYearSourcedId');
      this.courseOrgs[row.n] = this.refer(this.orgs, org, 'orgs', row, 'courses', 'orgSourcedId');
    }
  }

  /** Classes are units: their numbers follow those of the orgs. */
  private async readClasses(): Promise<string[]> {
    const lines: string[] = [];
    for await (const row of this.each('classes', this.classes)) {
      const [title, course, classCode, type, school, terms] = row.values as [
        string,
        string,
        string,
        string,
        string,
        string,
      ];
      const courseN = this.refer(this.courses, course, 'courses', row, 'classes', 'courseSourcedId');
      const schoolN = this.refer(this.orgs, school, 'orgs', row, 'classes', 'schoolSourcedId');
      const listed = terms.split(',').map((term) => term.trim());
      const termNs = listed.map((term) =>
        this.refer(this.sessions, term, 'academicSessions', row, 'classes', 'termSourcedIds'),
      );
      const kind = type === 'homeroom' ? 'class' : 'course_class';
      const ownCode = classCode || row.sourcedId;
      // The code of a course's class comes back every term.
      const code = kind === 'class' ? ownCode : `${ownCode}@${listed[0]}`;
      this.checkCode(kind, code, 'classes.csv', row, 'classCode');
      const department = courseN === null ? null : (this.courseOrgs[courseN] ?? null);
      const ofSchool = schoolN !== null && this.orgKinds[schoolN] === 'school';
      const parentN = ofSchool ? (department ?? schoolN) : schoolN;
      lines.push(
        copyRow(
          this.orgs.size + row.n,
          'classes.csv',
          row.line,
          row.sourcedId,
          kind,
          code,
          title,
          parentN,
          termNs[0] ?? null,
        ),
      );
    }
    return lines;
  }

  private async *readRoles(): AsyncGenerator<string> {
    for await (const rows of this.rows('roles', new Map())) {
      let lines = '';
      for (const row of rows) {
        const [user, type, role, begins, ends, org, profile] = row.values as [
          string,
          string,
          string,
          string,
          string,
          string,
          string,
        ];
        const userN = this.referUser(user, row, 'roles', 'userSourcedId');
        const orgN = this.refer(this.orgs, org, 'orgs', row, 'roles', 'orgSourcedId');
        this.refer(this.profiles, profile, 'userProfiles', row, 'roles', 'userProfileSourcedId');
        this.checkPeriod('roles', row, begins, ends);
        const ours = !RELATIVES.has(role);
        if (userN !== null) this.users.addRole(userN, role === 'student', ours);
        if (userN !== null && orgN !== null && ours)
          lines += copyRow(userN, orgN, begins || null, ends || null, type === 'secondary');
      }
      if (lines) yield lines;
    }
  }

  private async readDemographics(): Promise<void> {
    for await (const row of this.each('demographics', new Map())) {
      const [birthDate, sex] = row.values as [string, string];
      const userN = this.users.numberOf(row.sourcedId, {
        file: 'demographics.csv',
        line: row.line,
        column: 'sourcedId',
      });
      this.users.setDemographics(userN, SEX[sex] ?? null, birthDate);
    }
  }

  private async readUsers(): Promise<void> {
    const roles: string[] = [];
    const columns = '(n, line, sourced_id, kind, number, name, grade, active, demographics, sex, birth_date)';
    await copyInto(this.tx, `staged_user ${columns}`, this.userLines(roles));
    if (roles.length > 0) await copyInto(this.tx, 'staged_membership (user_n, unit_n)', roles);
  }

  /** `roles` receives the memberships that OneRoster 1.1 has in the user's row. */
  private async *userLines(roles: string[]): AsyncGenerator<string> {
    const old = this.files.get('users')?.spec === USERS_1_1;
    for await (const rows of this.rows('users', this.userRows)) {
      let lines = '';
      for (const row of rows) {
        const n = this.users.define(row.sourcedId);
        const [enabled, family, given, middle, number, agents, grades, full] = row.values as [
          string,
          string,
          string,
          string,
          string,
          string,
          string,
          string,
        ];
        for (const agent of listOf(agents)) this.referUser(agent, row, 'users', 'agentSourcedIds');
        if (old) this.readOldRole(row, n, roles);
        else this.refer(this.orgs, row.values[8]!, 'orgs', row, 'users', 'primaryOrgSourcedId');
        if (!full && !family && !given) this.findings.add('users.csv', row.line, 'familyName', NO_NAME);
        const { any, student, ours } = this.users.rolesOf(n);
        if (!any)
          this.findings.add('users.csv', row.line, 'sourcedId', {
            zh: 'roles.csv 中没有该用户的角色',
            en: 'has no role in roles.csv',
          });
        if (any && !ours) this.skipped.users++;
        if (!ours) continue;
        const demographics = this.users.demographicsOf(n);
        lines += copyRow(
          ...[
            n,
            row.line,
            row.sourcedId,
            student ? 'student' : 'staff',
            number,
            full || fullName(family, given, middle),
          ],
          ...[listOf(grades)[0] ?? null, enabled === 'true', demographics !== undefined],
          ...[demographics?.sex ?? null, demographics?.birthDate || null],
        );
      }
      if (lines) yield lines;
    }
  }

  private readOldRole(row: Row, n: number, roles: string[]): void {
    const [orgs, role] = row.values.slice(8) as [string, string];
    this.users.addRole(n, role === 'student', !RELATIVES.has(role));
    for (const org of listOf(orgs)) {
      const orgN = this.refer(this.orgs, org, 'orgs', row, 'users', 'orgSourcedIds');
      if (orgN !== null && !RELATIVES.has(role)) roles.push(copyRow(n, orgN));
    }
  }

  private async *readEnrollments(): AsyncGenerator<string> {
    for await (const rows of this.rows('enrollments', new Map())) {
      let lines = '';
      for (const row of rows) {
        const [ofClass, school, user, role, , begins, ends] = row.values as [
          string,
          string,
          string,
          string,
          string,
          string,
          string,
        ];
        const classN = this.refer(this.classes, ofClass, 'classes', row, 'enrollments', 'classSourcedId');
        this.refer(this.orgs, school, 'orgs', row, 'enrollments', 'schoolSourcedId');
        const userN = this.referUser(user, row, 'enrollments', 'userSourcedId');
        this.checkPeriod('enrollments', row, begins, ends);
        // Who teaches a class is no member of it.
        if (role !== 'student') this.skipped.enrollments++;
        else if (classN !== null && userN !== null)
          lines += copyRow(userN, this.orgs.size + classN, begins || null, ends || null);
      }
      if (lines) yield lines;
    }
  }

  private async *rows(name: string, ids: Map<string, number>): AsyncGenerator<Row[]> {
    const file = this.files.get(name);
    if (!file) return;
    for await (const rows of checkedRows(file, ids, this.findings)) {
      await this.onRows(rows.length);
      yield rows;
    }
  }

  private async *each(name: string, ids: Map<string, number>): AsyncGenerator<Row> {
    for await (const rows of this.rows(name, ids)) yield* rows;
  }

  private refer(
    ids: Map<string, number>,
    sourcedId: string,
    target: string,
    row: Row,
    file: string,
    column: string,
  ): number | null {
    if (sourcedId === '') return null;
    const n = ids.get(sourcedId);
    if (n === undefined) this.findings.add(`${file}.csv`, row.line, column, NOT_IN(target));
    return n ?? null;
  }

  private referUser(sourcedId: string, row: Row, file: string, column: string): number | null {
    return sourcedId === '' ? null : this.users.numberOf(sourcedId, { file: `${file}.csv`, line: row.line, column });
  }

  private checkPeriod(file: string, row: Row, begins: string, ends: string): void {
    if (begins === '' || ends === '' || ends > begins) return;
    this.findings.add(`${file}.csv`, row.line, 'endDate', AFTER_BEGIN);
  }

  private checkCode(kind: string, code: string, file: string, row: Row, column: string): void {
    const key = `${kind} ${code}`;
    if (this.unitCodes.has(key)) this.findings.add(file, row.line, column, CODE_TWICE);
    this.unitCodes.add(key);
  }
}

/** Our kind of a OneRoster org; null when it has no counterpart. A department is a college unless it says otherwise. */
function orgKind(type: string, metadataKind: string): string | null {
  if (type === 'school') return 'school';
  if (type === 'department') return metadataKind || 'college';
  const own = type.startsWith('ext:') ? type.slice(4) : '';
  return ORG_KINDS.includes(own) ? own : null;
}

function isInCircle(start: number, parents: Map<number, number>): boolean {
  const seen = new Set<number>();
  for (let n = parents.get(start); n !== undefined && !seen.has(n); n = parents.get(n)) {
    if (n === start) return true;
    seen.add(n);
  }
  return false;
}

function listOf(cell: string): string[] {
  return cell
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
