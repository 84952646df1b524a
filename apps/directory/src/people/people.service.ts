import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Config } from '#config';
import { Database, query, queryOne, sql, type Sql } from '#database';
import { keyset, NotFound, type Page, toPage } from '#http';
import { inScope, today } from '#roster';
import { MembershipDto, type MembershipsQuery, type PeopleQuery, PersonDetailDto, PersonDto } from './people.dto.js';
import type { Person } from './person.entity.js';

type PersonRow = Person & { sortKey: string };

const COLUMNS = sql`p.id, p.kind, p.number, p.name, p.sex, p.birth_date::text AS "birthDate", p.grade, p.active, p.version`;

/** People, as far as the actor answers for them. */
@Injectable()
export class People {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  async list(actor: Actor, filter: PeopleQuery): Promise<Page<PersonDto>> {
    const { kind = null, number = null, name = null, grade = null, active = null, unit } = filter;
    const page = keyset(filter, {
      sorts: { number: sql`p.number`, name: sql`p.name` },
      defaultSort: 'number',
      id: sql`p.id`,
    });
    const inUnit = unit ? inScope({ school: false, unitIds: [unit] }, sql`p.id`, this.today) : sql`TRUE`;
    const rows = await query<PersonRow>(
      this.database.reader,
      sql`SELECT ${COLUMNS}, ${page.sortKey} AS "sortKey" FROM directory.person p
           WHERE ${this.visible(actor)} AND ${inUnit}
             AND (${kind}::text IS NULL OR p.kind = ${kind}) AND (${number}::text IS NULL OR p.number = ${number})
             AND (${name}::text IS NULL OR strpos(p.name, ${name}) > 0) AND (${grade}::text IS NULL OR p.grade = ${grade})
             AND (${active}::boolean IS NULL OR p.active = ${active}) AND ${page.where}
           ORDER BY ${page.orderBy} LIMIT ${page.limit}`,
    );
    return toPage(
      rows,
      filter,
      (row) => [row.sortKey, row.id],
      (row) => PersonDto.from(row),
    );
  }

  async get(actor: Actor, id: string): Promise<PersonDetailDto> {
    const person = await queryOne<Person>(
      this.database.reader,
      sql`SELECT ${COLUMNS} FROM directory.person p WHERE p.id = ${id} AND ${this.visible(actor)}`,
    );
    if (!person) throw new NotFound({ what: 'person' });
    return PersonDetailDto.from(person);
  }

  /** Where somebody belongs on a date, down to the bed; all levels. */
  async memberships(actor: Actor, id: string, filter: MembershipsQuery): Promise<Page<MembershipDto>> {
    await this.get(actor, id);
    const on = filter.on ?? this.today;
    const page = keyset(filter, { sorts: { code: sql`u.code` }, defaultSort: 'code', id: sql`u.id` });
    // A unit may be reached in two ways (class and college): the longer stay is shown.
    const rows = await query<MembershipDto & { sortKey: string }>(
      this.database.reader,
      sql`SELECT u.id AS "unitId", u.kind, u.code, u.name, min(m.valid_from)::text AS "validFrom",
                 CASE WHEN bool_and(m.valid_to IS NOT NULL) THEN max(m.valid_to)::text END AS "validTo", ${page.sortKey} AS "sortKey"
            FROM directory.published_membership_v1 m JOIN directory.published_unit_v1 u ON u.id = m.unit_id
           WHERE m.person_id = ${id} AND m.valid_from <= ${on} AND (m.valid_to IS NULL OR m.valid_to > ${on}) AND ${page.where}
           GROUP BY u.id, u.kind, u.code, u.name ORDER BY ${page.orderBy} LIMIT ${page.limit}`,
    );
    return toPage(
      rows,
      filter,
      (row) => [row.sortKey, row.unitId],
      (row) => MembershipDto.from(row),
    );
  }

  private visible(actor: Actor): Sql {
    return inScope(actor.scopeOf('directory:person:read'), sql`p.id`, this.today);
  }

  private get today(): string {
    return today(this.config.timeZone);
  }
}
