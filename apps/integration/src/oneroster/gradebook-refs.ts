import { validate as isUuid } from 'uuid';
import { join, query, sql, type Sql, type Tx } from '#database';
import type { FieldError } from '#problems';
import type { CategoryDto, LineItemDto, RefDto, ResultDto, ScoreScaleDto } from './gradebook.dto.js';
import type { Category, GradebookRow, LineItem, Result, ScoreScale } from './gradebook.entity.js';
import { GradebookRefused } from './oneroster.problems.js';
import { CLASS_KINDS, courses, enrolled, type Moment, SCHOOL, termOf } from './resources.js';

/** What is said of an object of each kind, and the row that it becomes. */
export interface Given {
  category: CategoryDto;
  scoreScale: ScoreScaleDto;
  lineItem: LineItemDto;
  result: ResultDto;
}
export interface Rows {
  category: Category;
  scoreScale: ScoreScale;
  lineItem: LineItem;
  result: Result;
}
type Own<T> = Omit<T, keyof GradebookRow>;

/** What the address says: each object must be of these. */
export interface Within {
  classes?: string;
  schools?: string;
  lineItems?: string;
  academicSessions?: string;
}

const UNKNOWN = { zh: '没有该对象', en: 'is unknown' };
const OTHER = { zh: '与地址或评分项中的不同', en: 'is not that of the address, or of the line item' };
const NOT_ENROLLED = { zh: '不是该班级的学生', en: 'is no student of the class' };
const OUT_OF_RANGE = { zh: '超出评分项的分数范围', en: 'is beyond the lowest or highest score of the line item' };

/** Finds what objects refer to, and says of each of them what does not fit. `pointers`: where the objects stand in the body. */
export class References {
  private readonly errors: FieldError[] = [];

  constructor(
    private readonly tx: Tx,
    private readonly at: Moment,
    private readonly pointers: string[],
    private readonly within: Within,
  ) {}

  /** Throws GradebookRefused where anything does not fit. */
  private checked<T>(fields: (T | undefined)[]): T[] {
    if (this.errors.length > 0) throw new GradebookRefused({ errors: this.errors.slice(0, 100) });
    return fields as T[];
  }

  private refuse(i: number, member: string, why: { zh: string; en: string }): undefined {
    this.errors.push({ pointer: `${this.pointers[i]}/${member}`, ...why });
  }

  async category(given: CategoryDto[]): Promise<Own<Category>[]> {
    return given.map(({ title, weight = null }) => ({ title, weight }));
  }

  async scoreScale(given: ScoreScaleDto[]): Promise<Own<ScoreScale>[]> {
    const [classes, known] = await Promise.all([this.classes(given), this.courses(given)]);
    return this.checked(
      given.map(({ title, type, class: ofClass, course, scoreScaleValue }, i) => {
        if (!classes.has(ofClass.sourcedId)) this.refuse(i, 'class', UNKNOWN);
        if (course && !known.has(course.sourcedId)) this.refuse(i, 'course', UNKNOWN);
        const scale = scoreScaleValue.map(({ itemValueLHS, itemValueRHS }) => ({ itemValueLHS, itemValueRHS }));
        return { title, type, classId: ofClass.sourcedId, courseId: course?.sourcedId ?? null, scale };
      }),
    );
  }

  async lineItem(given: LineItemDto[]): Promise<Own<LineItem>[]> {
    const [classes, schools, categories, terms, scales] = await Promise.all([
      this.classes(given),
      this.ids(sql`SELECT ${SCHOOL} AS id`),
      this.own<{ id: string }, LineItemDto>(sql`gradebook_category`, given, ({ category }) => category),
      this.terms(given),
      this.scales(given),
    ]);
    return this.checked(
      given.map((one, i) => {
        const ofClass = classes.get(one.class.sourcedId);
        const category = categories.get(one.category.sourcedId);
        const scale = one.scoreScale && scales.get(one.scoreScale.sourcedId);
        const [lowest, highest] = [one.resultValueMin ?? null, one.resultValueMax ?? null];
        if (!ofClass) this.refuse(i, 'class', UNKNOWN);
        if (this.differs('classes', one.class)) this.refuse(i, 'class', OTHER);
        if (!schools.has(one.school.sourcedId)) this.refuse(i, 'school', UNKNOWN);
        if (this.differs('schools', one.school)) this.refuse(i, 'school', OTHER);
        if (!category) this.refuse(i, 'category', UNKNOWN);
        if (one.academicSession && !terms.has(one.academicSession.sourcedId))
          this.refuse(i, 'academicSession', UNKNOWN);
        if (one.scoreScale && scale?.classId !== one.class.sourcedId) this.refuse(i, 'scoreScale', UNKNOWN);
        if (lowest !== null && highest !== null && lowest > highest)
          this.refuse(i, 'resultValueMax', { zh: '低于最低分', en: 'is below the lowest score' });
        return (
          category && {
            ...{ title: one.title, description: one.description ?? null },
            ...{ assignedAt: new Date(one.assignDate), dueAt: new Date(one.dueDate), lowest, highest },
            classId: one.class.sourcedId,
            termId: one.academicSession?.sourcedId ?? ofClass?.term ?? null,
            categoryId: category.id,
            scoreScaleId: scale?.id ?? null,
          }
        );
      }),
    );
  }

  async result(given: ResultDto[]): Promise<Own<Result>[]> {
    const [items, scales] = await Promise.all([
      this.own<Pick<LineItem, 'id' | 'classId' | 'termId' | 'lowest' | 'highest'>, ResultDto>(
        sql`gradebook_line_item`,
        given,
        ({ lineItem }) => lineItem,
        sql`, g.class_id AS "classId", g.term_id AS "termId", g.lowest, g.highest`,
      ),
      this.scales(given),
    ]);
    const students = await this.students(
      given.map(({ student, lineItem }) => [student, items.get(lineItem.sourcedId)?.classId]),
    );
    return this.checked(
      given.map((one, i) => {
        const item = items.get(one.lineItem.sourcedId);
        if (!item) return this.refuse(i, 'lineItem', UNKNOWN);
        const { classes = item.classId, academicSessions = item.termId } = this.within;
        const scale = one.scoreScale && scales.get(one.scoreScale.sourcedId);
        const [score, { lowest, highest }] = [one.score ?? null, item];
        if (classes !== item.classId || academicSessions !== item.termId || this.differs('lineItems', one.lineItem))
          this.refuse(i, 'lineItem', OTHER);
        if (one.class && one.class.sourcedId !== item.classId) this.refuse(i, 'class', OTHER);
        if (!students.has(i)) this.refuse(i, 'student', NOT_ENROLLED);
        if (one.scoreScale && scale?.classId !== item.classId) this.refuse(i, 'scoreScale', UNKNOWN);
        if (score !== null && ((lowest !== null && score < lowest) || (highest !== null && score > highest)))
          this.refuse(i, 'score', OUT_OF_RANGE);
        return {
          ...{ lineItemId: item.id, studentId: one.student.sourcedId, scoreScaleId: scale?.id ?? null },
          ...{ scoreStatus: one.scoreStatus, scoreOn: one.scoreDate, score, textScore: one.textScore ?? null },
          ...{ comment: one.comment ?? null, inProgress: held(one.inProgress), incomplete: held(one.incomplete) },
          ...{ late: held(one.late), missing: held(one.missing) },
        };
      }),
    );
  }

  private differs(what: keyof Within, { sourcedId }: RefDto): boolean {
    const wanted = this.within[what];
    return wanted !== undefined && wanted !== sourcedId;
  }

  /** Active classes, with their terms. */
  private async classes(given: { class: RefDto }[]): Promise<Map<string, { term: string | null }>> {
    const ids = uuids(given.map((one) => one.class));
    const rows = await query<{ id: string; term: string | null }>(
      this.tx,
      sql`SELECT u.id, ${termOf(this.at)} AS term FROM directory.published_unit_v1 u
           WHERE u.id = ANY(${ids}::uuid[]) AND u.kind IN ${CLASS_KINDS} AND u.active`,
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  private courses(given: { course?: RefDto }[]): Promise<Set<string>> {
    const ids = given.flatMap(({ course }) => course?.sourcedId ?? []);
    return this.ids(sql`SELECT c.id FROM ${courses().from} WHERE c.id = ANY(${ids}::text[]) AND c.active`);
  }

  private terms(given: { academicSession?: RefDto }[]): Promise<Set<string>> {
    const ids = uuids(given.flatMap(({ academicSession }) => academicSession ?? []));
    return this.ids(sql`SELECT id FROM directory.published_term_v1 WHERE id = ANY(${ids}::uuid[])`);
  }

  private scales(given: { scoreScale?: RefDto }[]): Promise<Map<string, Pick<ScoreScale, 'id' | 'classId'>>> {
    const ofClass = sql`, g.class_id AS "classId"`;
    return this.own(sql`gradebook_score_scale`, given, ({ scoreScale }) => scoreScale, ofClass);
  }

  /** Objects of the gradebook by their sourcedIds; none of them is deleted before the transaction ends. */
  private async own<T extends { id: string }, G extends object>(
    table: Sql,
    given: G[],
    refOf: (one: G) => RefDto | undefined,
    more: Sql = sql``,
  ): Promise<Map<string, T>> {
    const ids = given.flatMap((one) => refOf(one)?.sourcedId ?? []);
    const rows = await query<T & { sourcedId: string }>(
      this.tx,
      sql`SELECT g.id, g.sourced_id AS "sourcedId"${more} FROM integration.${table} g
           WHERE g.sourced_id = ANY(${ids}::text[]) AND NOT g.deleted FOR SHARE`,
    );
    return new Map(rows.map((row) => [row.sourcedId, row]));
  }

  /** Which of these, by their places, are students of the class, or were. */
  private async students(pairs: [RefDto, string | undefined][]): Promise<Set<number>> {
    const known = pairs.flatMap(([{ sourcedId }, ofClass], i) =>
      ofClass !== undefined && isId(sourcedId) ? [{ i, sourcedId, ofClass }] : [],
    );
    const rows = await query<{ i: number }>(
      this.tx,
      sql`SELECT w.i FROM unnest(${known.map(({ i }) => i)}::int[], ${known.map(({ sourcedId }) => sourcedId)}::uuid[],
            ${known.map(({ ofClass }) => ofClass)}::uuid[]) AS w(i, person, class)
           WHERE ${enrolled(sql`w.person`, sql`w.class`, 'student', this.at, { ended: true })}`,
    );
    return new Set(rows.map(({ i }) => i));
  }

  private async ids(statement: Sql): Promise<Set<string>> {
    return new Set((await query<{ id: string }>(this.tx, statement)).map(({ id }) => id));
  }
}

function uuids(refs: RefDto[]): string[] {
  return refs.map(({ sourcedId }) => sourcedId).filter(isId);
}

/** An id of the house is told in lower case. */
function isId(id: string): boolean {
  return isUuid(id) && id === id.toLowerCase();
}

function held(mark: 'true' | 'false' | undefined): boolean | null {
  return mark === undefined ? null : mark === 'true';
}

/** Predicate over a row `g`: line items or results that are not deleted refer to it. */
export function inUse(kind: keyof Rows): Sql {
  const by = (table: Sql, column: Sql): Sql =>
    sql`EXISTS (SELECT FROM integration.${table} b WHERE b.${column} = g.id AND NOT b.deleted)`;
  const items = sql`gradebook_line_item`;
  if (kind === 'category') return by(items, sql`category_id`);
  if (kind === 'scoreScale')
    return join([by(items, sql`score_scale_id`), by(sql`gradebook_result`, sql`score_scale_id`)], ' OR ');
  return sql`FALSE`;
}
