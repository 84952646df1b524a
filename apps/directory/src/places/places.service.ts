import { Injectable } from '@nestjs/common';
import { Database, query, sql } from '#database';
import { keyset, NotFound, type Page, toPage } from '#http';
import { Place } from './place.entity.js';
import { PlaceDetailDto, PlaceDto, type PlacesQuery } from './places.dto.js';

const COLUMNS = sql`l.id, l.kind, l.code, l.name, l.parent_id AS "parentId", l.grid_id AS "gridId", l.active, l.version`;

/** Campuses, buildings, floors, rooms and beds; who lives there is the list of people. */
@Injectable()
export class Places {
  constructor(private readonly database: Database) {}

  async list(filter: PlacesQuery): Promise<Page<PlaceDto>> {
    const { kind = null, parent = null, grid = null, code = null, active = null } = filter;
    const page = keyset(filter, {
      sorts: { code: sql`l.code`, name: sql`l.name` },
      defaultSort: 'code',
      id: sql`l.id`,
    });
    const rows = await query<Place & { sortKey: string }>(
      this.database.reader,
      sql`SELECT ${COLUMNS}, ${page.sortKey} AS "sortKey" FROM directory.place l
           WHERE (${kind}::text IS NULL OR l.kind = ${kind}) AND (${parent}::uuid IS NULL OR l.parent_id = ${parent})
             AND (${grid}::uuid IS NULL OR l.grid_id = ${grid}) AND (${code}::text IS NULL OR l.code = ${code})
             AND (${active}::boolean IS NULL OR l.active = ${active}) AND ${page.where}
           ORDER BY ${page.orderBy} LIMIT ${page.limit}`,
    );
    return toPage(
      rows,
      filter,
      (row) => [row.sortKey, row.id],
      (row) => PlaceDto.from(row),
    );
  }

  async get(id: string): Promise<PlaceDetailDto> {
    const path = await query<Place>(
      this.database.reader,
      sql`SELECT ${COLUMNS} FROM directory.place_path p JOIN directory.place l ON l.id = p.ancestor_id
           WHERE p.descendant_id = ${id}
           ORDER BY (SELECT count(*) FROM directory.place_path a WHERE a.descendant_id = l.id)`,
    );
    const place = path.at(-1);
    if (!place) throw new NotFound({ what: 'place' });
    return PlaceDetailDto.of(place, path);
  }
}
