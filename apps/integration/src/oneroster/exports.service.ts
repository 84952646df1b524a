import { Injectable } from '@nestjs/common';
import { type Actor, audit, MissingPermission } from '#auth';
import { Config } from '#config';
import { Database, query, sql, type Sql, type Tx } from '#database';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { withComments } from './comments.js';
import { categories, lineItems, results } from './gradebook-resources.js';
import { Objects, type Row } from './objects.js';
import {
  academicSessions,
  classes,
  courses,
  demographics,
  enrollments,
  type Moment,
  orgs,
  roles,
  type Source,
  users,
} from './resources.js';
import { DEMOGRAPHICS, GRADES, type Kind } from './routes.js';
import { standingsOf } from './standings.js';
import { type FileName, setOf, type SetRow } from './set.js';

export interface Wanted {
  /** Only what changed after it, deleted things too; left out: everything there is. */
  since?: string | undefined;
  demographics?: boolean | undefined;
  gradebook?: boolean | undefined;
}

/** The roster as a set of OneRoster CSV 1.2, as of one moment. */
@Injectable()
export class RosterExports {
  private readonly objects = new Objects('');

  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly keys: StudentKeys,
    private readonly config: Config,
  ) {}

  /** The ZIP. Throws MissingPermission where demographics or the gradebook are asked for without their scope. */
  async make(actor: Actor, { since, demographics: born = false, gradebook: graded = false }: Wanted): Promise<Buffer> {
    if (born && !actor.can(DEMOGRAPHICS)) throw new MissingPermission(DEMOGRAPHICS);
    if (graded && !actor.can(GRADES)) throw new MissingPermission(GRADES);
    const beside = [...(born ? ['demographics'] : []), ...(graded ? ['gradebook'] : [])].join('-and-');
    const at: Moment = { today: this.clock.today(), timeZone: this.clock.timeZone };
    await this.database.transaction(null, (tx) =>
      audit(tx, actor, {
        action: 'integration.oneroster.export',
        subject: { kind: 'list', id: beside ? `roster-with-${beside}` : 'roster' },
        reason: since ?? 'bulk',
      }),
    );
    const files = await this.database.read(async (tx) => ({
      academicSessions: await this.rows(tx, academicSessions(), 'academicSession', since),
      orgs: await this.rows(tx, orgs(), 'org', since),
      courses: await this.rows(tx, courses(), 'course', since),
      classes: await this.rows(tx, classes(at), 'class', since),
      users: await this.users(tx, at, since),
      roles: (await rowsOf(tx, roles(at), since)).map(roleRow),
      enrollments: await this.rows(tx, enrollments(at), 'enrollment', since),
      ...(born && { demographics: await this.rows(tx, demographics(), 'demographics', since) }),
      ...(graded && {
        categories: await this.rows(tx, categories(), 'category', since),
        lineItems: (await this.rows(tx, lineItems(), 'lineItem', since)).map((row) => this.withDays(row)),
        results: await this.results(tx, since),
      }),
    }));
    return setOf(files as Record<FileName, SetRow[]>, {
      delta: since !== undefined,
      madeAt: this.clock.now(),
      systemCode: new URL(this.config.origin).host,
    });
  }

  private async rows(
    tx: Tx,
    source: Source,
    kind: Exclude<Kind, 'user' | 'result'>,
    since: string | undefined,
  ): Promise<SetRow[]> {
    return (await rowsOf(tx, source, since)).map((row) => flat(this.objects[kind](row)));
  }

  /** Files know days where REST knows instants. */
  private withDays({ assignDate, dueDate, ...row }: SetRow): SetRow {
    const [assigned, due] = [assignDate!, dueDate!].map((at) => this.clock.dateOf(new Date(at)));
    return { ...row, assignDate: assigned!, dueDate: due! };
  }

  private async results(tx: Tx, since: string | undefined): Promise<SetRow[]> {
    const rows = await withComments(tx, this.keys, await rowsOf(tx, results(), since));
    return rows.map((row) => flat(this.objects.result(row)));
  }

  private async users(tx: Tx, at: Moment, since: string | undefined): Promise<SetRow[]> {
    const rows = await rowsOf(tx, users(at), since);
    const { schoolId, standings } = await standingsOf(tx, rows, at);
    return rows.map((row) => ({
      ...flat(this.objects.user(row, standings.get(row.id)!, schoolId)),
      userIds: `{${row.kind === 'student' ? '学号' : '工号'}:${String(row.number)}}`,
    }));
  }
}

async function rowsOf(
  tx: Tx,
  { columns, from, where, whole = sql`TRUE`, key, fields }: Source,
  since: string | undefined,
): Promise<Row[]> {
  const wanted: Sql =
    since === undefined
      ? sql`${fields.status!.sql} = 'active' AND ${whole}`
      : sql`${fields.dateLastModified!.sql} > ${since}::timestamptz`;
  return query<Row>(tx, sql`SELECT ${columns} FROM ${from} WHERE ${where ?? sql`TRUE`} AND ${wanted} ORDER BY ${key}`);
}

function roleRow({ id, status, changed, user, org, role, roleType, beginDate, endDate }: Row): SetRow {
  const row = { userSourcedId: user, orgSourcedId: org, role, roleType, beginDate, endDate };
  return {
    ...Object.fromEntries(Object.entries(row).map(([name, value]) => [name, (value as string | null) ?? ''])),
    ...{ sourcedId: id, status, dateLastModified: changed.toISOString() },
  };
}

/** An object of the REST service as a row: references become `…SourcedId`, lists one cell, metadata columns of their own. */
function flat(object: object): SetRow {
  const row: Record<string, string> = {};
  for (const [name, value] of Object.entries(object)) {
    if (name === 'metadata')
      for (const [key, text] of Object.entries(value as object)) row[`metadata.${key}`] = String(text);
    else if (Array.isArray(value))
      Object.assign(
        row,
        isRef(value[0]) ? { [`${name.slice(0, -1)}SourcedIds`]: value.map(idOf).join() } : { [name]: value.join() },
      );
    else if (isRef(value)) row[`${name}SourcedId`] = value.sourcedId;
    else row[name] = String(value);
  }
  return row as SetRow;
}

const isRef = (value: unknown): value is { sourcedId: string } =>
  typeof value === 'object' && value !== null && 'sourcedId' in value;
const idOf = (value: { sourcedId: string }): string => value.sourcedId;
