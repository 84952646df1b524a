import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import type { Permission } from '#contracts';
import { Database, insert, queryOne, sql, type Sql, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { inScope } from '#roster';
import { CampusClock } from '#time';
import { SampleRow } from './sample-row.entity.js';
import { type RegisterSampleRowDto, SampleRowDto, type SampleRowsQuery } from './sample-rows.dto.js';

const READ: Permission = 'home-service:sample-row:read';
const WRITE: Permission = 'home-service:sample-row:write';

/** A sample row (alias `r`) with its student. */
const COLUMNS = sql`r.id, json_build_object('id', s.id, 'number', s.number, 'name', s.name) AS student, r.description,
  r.created_at AS "createdAt", r.closed_at AS "closedAt", r.version`;
const TABLES = sql`home_service.sample_row r JOIN directory.published_student_v1 s ON s.id = r.student_id`;

/** Sample rows: registered and closed by whoever answers for the student. */
@Injectable()
export class SampleRows {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  async list(actor: Actor, query: SampleRowsQuery): Promise<Page<SampleRowDto>> {
    const { studentId, closed, updatedSince } = query;
    return list(this.database.connection, query, {
      select: COLUMNS,
      from: TABLES,
      where: [
        this.visible(actor, READ, sql`r.student_id`),
        anyOf(sql`r.student_id`, studentId, 'uuid'),
        closed === undefined ? undefined : sql`(r.closed_at IS NOT NULL) = ${closed}`,
        updatedSince && sql`r.updated_at >= ${updatedSince}`,
      ],
      sorts: { createdAt: sql`r.created_at`, updatedAt: sql`r.updated_at` },
      defaultSort: '-createdAt',
      id: sql`r.id`,
      to: SampleRowDto.from,
    });
  }

  get(actor: Actor, id: string): Promise<SampleRowDto> {
    return this.read(this.database.connection, actor, READ, id);
  }

  register(actor: Actor, { studentId, description }: RegisterSampleRowDto): Promise<SampleRowDto> {
    return this.database.transaction(actor, async (tx) => {
      const student = await queryOne(
        tx,
        sql`SELECT 1 FROM directory.published_student_v1 s
             WHERE s.id = ${studentId} AND ${this.visible(actor, WRITE, sql`s.id`)}`,
      );
      if (!student) throw new NotFound({ pointer: '#/studentId', what: 'student' });
      const registeredBy = actor.personId ?? actor.app;
      const row = await insert(tx, Object.assign(new SampleRow(), { studentId, description, registeredBy }));
      return this.answer(tx, actor, row.id, 'register');
    });
  }

  close(actor: Actor, id: string, expected: number): Promise<SampleRowDto> {
    return this.database.transaction(actor, async (tx) => {
      await this.read(tx, actor, WRITE, id);
      const row = await tx.findOneByOrFail(SampleRow, { id });
      row.close(this.clock.now());
      await update(tx, row, expected);
      return this.answer(tx, actor, id, 'close');
    });
  }

  /** What was changed, with the audit of who did it. */
  private async answer(tx: Tx, actor: Actor, id: string, action: string): Promise<SampleRowDto> {
    await audit(tx, actor, { action: `home-service.sample-row.${action}`, subject: { kind: 'sample-row', id } });
    return this.read(tx, actor, WRITE, id);
  }

  private async read(tx: Tx, actor: Actor, permission: Permission, id: string): Promise<SampleRowDto> {
    const visible = this.visible(actor, permission, sql`r.student_id`);
    const row = await queryOne(tx, sql`SELECT ${COLUMNS} FROM ${TABLES} WHERE r.id = ${id} AND ${visible}`);
    if (!row) throw new NotFound({ what: 'sample-row' });
    return SampleRowDto.from(row);
  }

  private visible(actor: Actor, permission: Permission, student: Sql): Sql {
    return inScope(actor.scopeOf(permission), student, this.clock.today());
  }
}
