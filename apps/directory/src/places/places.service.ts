import { Injectable } from '@nestjs/common';
import { Database, query, sql } from '#database';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { Place } from './place.entity.js';
import { PlaceDetailDto, PlaceDto, type PlacesQuery } from './places.dto.js';

const COLUMNS = sql`l.id, l.kind, l.code, l.name, l.parent_id AS "parentId", l.grid_id AS "gridId", l.active, l.version`;

/** Campuses, buildings, floors, rooms and beds; who lives there is the list of people. */
@Injectable()
export class Places {
  constructor(private readonly database: Database) {}

  async list(filter: PlacesQuery): Promise<Page<PlaceDto>> {
    const { kind, parentId, gridId, code, active, updatedSince } = filter;
    return list(this.database.connection, filter, {
      select: COLUMNS,
      from: sql`directory.place l`,
      where: [
        anyOf(sql`l.kind`, kind),
        anyOf(sql`l.parent_id`, parentId, 'uuid'),
        anyOf(sql`l.grid_id`, gridId, 'uuid'),
        anyOf(sql`l.code`, code),
        active === undefined ? undefined : sql`l.active = ${active}`,
        updatedSince === undefined ? undefined : sql`l.updated_at >= ${updatedSince}`,
      ],
      sorts: { code: sql`l.code`, name: sql`l.name`, updatedAt: sql`l.updated_at` },
      defaultSort: 'code',
      id: sql`l.id`,
      to: (row: Place) => PlaceDto.from(row),
    });
  }

  async get(id: string): Promise<PlaceDetailDto> {
    const path = await query<Place>(
      this.database.connection,
      sql`SELECT ${COLUMNS} FROM directory.place_path p JOIN directory.place l ON l.id = p.ancestor_id
           WHERE p.descendant_id = ${id}
           ORDER BY (SELECT count(*) FROM directory.place_path a WHERE a.descendant_id = l.id)`,
    );
    const place = path.at(-1);
    if (!place) throw new NotFound({ what: 'place' });
    return PlaceDetailDto.of(place, path);
  }
}
