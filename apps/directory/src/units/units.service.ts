import { Injectable } from '@nestjs/common';
import { Database, query, sql } from '#database';
import { keyset, NotFound, type Page, toPage } from '#http';
import { Unit } from './unit.entity.js';
import { UnitDetailDto, UnitDto, type UnitsQuery } from './units.dto.js';

const COLUMNS = sql`u.id, u.kind, u.code, u.name, u.parent_id AS "parentId", u.term_id AS "termId", u.active, u.version`;

/** Units of the school. How a school is organised is no secret: whoever may see units sees all of them. */
@Injectable()
export class Units {
  constructor(private readonly database: Database) {}

  async list(filter: UnitsQuery): Promise<Page<UnitDto>> {
    const { kind = null, parent = null, code = null, name = null, active = null } = filter;
    const page = keyset(filter, {
      sorts: { code: sql`u.code`, name: sql`u.name` },
      defaultSort: 'code',
      id: sql`u.id`,
    });
    const rows = await query<Unit & { sortKey: string }>(
      this.database.reader,
      sql`SELECT ${COLUMNS}, ${page.sortKey} AS "sortKey" FROM directory.unit u
           WHERE (${kind}::text IS NULL OR u.kind = ${kind}) AND (${parent}::uuid IS NULL OR u.parent_id = ${parent})
             AND (${code}::text IS NULL OR u.code = ${code}) AND (${name}::text IS NULL OR strpos(u.name, ${name}) > 0)
             AND (${active}::boolean IS NULL OR u.active = ${active}) AND ${page.where}
           ORDER BY ${page.orderBy} LIMIT ${page.limit}`,
    );
    return toPage(
      rows,
      filter,
      (row) => [row.sortKey, row.id],
      (row) => UnitDto.from(row),
    );
  }

  async get(id: string): Promise<UnitDetailDto> {
    const path = await query<Unit>(
      this.database.reader,
      sql`SELECT ${COLUMNS} FROM directory.unit_path p JOIN directory.unit u ON u.id = p.ancestor_id
           WHERE p.descendant_id = ${id}
           ORDER BY (SELECT count(*) FROM directory.unit_path a WHERE a.descendant_id = u.id)`,
    );
    const unit = path.at(-1);
    if (!unit) throw new NotFound({ what: 'unit' });
    return UnitDetailDto.of(unit, path);
  }
}
