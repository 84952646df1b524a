import { Injectable } from '@nestjs/common';
import { Database, query, sql } from '#database';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { Unit } from './unit.entity.js';
import { UnitDetailDto, UnitDto, type UnitsQuery } from './units.dto.js';

const COLUMNS = sql`u.id, u.kind, u.code, u.name, u.parent_id AS "parentId", u.term_id AS "termId", u.active, u.version`;

/** Units of the school. How a school is organised is no secret: whoever may see units sees all of them. */
@Injectable()
export class Units {
  constructor(private readonly database: Database) {}

  async list(filter: UnitsQuery): Promise<Page<UnitDto>> {
    const { kind, parentId, code, name, active, updatedSince } = filter;
    return list(this.database.connection, filter, {
      select: COLUMNS,
      from: sql`directory.unit u`,
      where: [
        anyOf(sql`u.kind`, kind),
        anyOf(sql`u.parent_id`, parentId, 'uuid'),
        anyOf(sql`u.code`, code),
        name === undefined ? undefined : sql`strpos(u.name, ${name}) > 0`,
        active === undefined ? undefined : sql`u.active = ${active}`,
        updatedSince === undefined ? undefined : sql`u.updated_at >= ${updatedSince}`,
      ],
      sorts: { code: sql`u.code`, name: sql`u.name`, updatedAt: sql`u.updated_at` },
      defaultSort: 'code',
      id: sql`u.id`,
      to: (row: Unit) => UnitDto.from(row),
    });
  }

  async get(id: string): Promise<UnitDetailDto> {
    const path = await query<Unit>(
      this.database.connection,
      sql`SELECT ${COLUMNS} FROM directory.unit_path p JOIN directory.unit u ON u.id = p.ancestor_id
           WHERE p.descendant_id = ${id}
           ORDER BY (SELECT count(*) FROM directory.unit_path a WHERE a.descendant_id = u.id)`,
    );
    const unit = path.at(-1);
    if (!unit) throw new NotFound({ what: 'unit' });
    return UnitDetailDto.of(unit, path);
  }
}
