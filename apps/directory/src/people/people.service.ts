import { Injectable, Logger } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, queryOne, sql, type Sql } from '#database';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { inScope, inUnits } from '#roster';
import { CampusClock } from '#time';
import { LookUps } from './look-ups.js';
import { LookUpsPolicy } from './look-ups.policy.js';
import {
  MembershipDto,
  type MembershipsQuery,
  type PeopleQuery,
  PeopleSearchDto,
  PersonDetailDto,
  PersonDto,
} from './people.dto.js';
import { TooManyLookUps } from './people.problems.js';
import type { Person } from './person.entity.js';

const logger = new Logger('people');
const COLUMNS = sql`p.id, p.kind, p.number, p.name, p.sex, p.birth_date::text AS "birthDate", p.grade, p.active, p.merged_into AS "mergedInto", p.version`;

/** People, as far as the actor answers for them. */
@Injectable()
export class People {
  private readonly lookUps = new LookUps();

  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, filter: PeopleQuery): Promise<Page<PersonDto>> {
    return this.find(actor, filter);
  }

  /** By name or number, which do not belong into an address. */
  async search(actor: Actor, { name, number, ...filter }: PeopleSearchDto): Promise<Page<PersonDto>> {
    if (number) await this.countLookUps(actor, number);
    return this.find(actor, Object.assign(new PeopleSearchDto(), filter, { name, number }), [
      name === undefined ? undefined : hasInName(name),
      anyOf(sql`p.number`, number),
    ]);
  }

  /** Throws TooManyLookUps (429), of which the log tells once a minute. */
  private async countLookUps({ app }: Actor, numbers: string[]): Promise<void> {
    const { value: limits } = await this.policies.at(this.database.connection, LookUpsPolicy, this.today);
    const refused = this.lookUps.count(app, numbers, limits, this.today);
    if (!refused) return;
    const { limit, seconds, first } = refused;
    if (first) logger.warn(`the app ${app} looks up too many numbers: more than ${limits[limit]} (${limit})`);
    const retryAfter = limit === 'perMinute' ? seconds : this.secondsLeftOfToday();
    throw new TooManyLookUps({ retryAfter, params: { ...limits } });
  }

  private find(actor: Actor, filter: PeopleQuery, more: (Sql | undefined)[] = []): Promise<Page<PersonDto>> {
    const { kind, grade, active, unitId, updatedSince } = filter;
    return list(this.database.connection, filter, {
      select: COLUMNS,
      from: sql`directory.person p`,
      where: [
        this.visible(actor),
        inUnits(unitId, sql`p.id`, this.today),
        anyOf(sql`p.kind`, kind),
        anyOf(sql`p.grade`, grade),
        active === undefined ? undefined : sql`p.active = ${active}`,
        updatedSince && sql`p.updated_at >= ${updatedSince}`,
        ...more,
      ],
      sorts: { number: sql`p.number`, name: sql`p.name`, updatedAt: sql`p.updated_at` },
      defaultSort: 'number',
      id: sql`p.id`,
      to: (row: Person) => PersonDto.from(row),
    });
  }

  /** Who was merged into somebody is seen by whoever sees that one. */
  async get(actor: Actor, id: string): Promise<PersonDetailDto> {
    const person = await queryOne<Person>(
      this.database.connection,
      sql`SELECT ${COLUMNS} FROM directory.person p WHERE p.id = ${id} AND ${this.visible(actor, sql`coalesce(p.merged_into, p.id)`)}`,
    );
    if (!person) throw new NotFound({ what: 'person' });
    return PersonDetailDto.from(person);
  }

  /** Where somebody belongs on a date, down to the bed; all levels. */
  async memberships(actor: Actor, id: string, filter: MembershipsQuery): Promise<Page<MembershipDto>> {
    await this.get(actor, id);
    const on = filter.on ?? this.today;
    // A unit may be reached in two ways (class and college): the longer stay is shown.
    const units = sql`
      (SELECT u.id, u.kind, u.code, u.name, min(m.valid_from)::text AS "validFrom",
              CASE WHEN bool_and(m.valid_to IS NOT NULL) THEN max(m.valid_to)::text END AS "validTo"
         FROM directory.published_membership_v1 m JOIN directory.published_unit_v1 u ON u.id = m.unit_id
        WHERE m.person_id = ${id} AND m.valid_from <= ${on} AND (m.valid_to IS NULL OR m.valid_to > ${on})
        GROUP BY u.id, u.kind, u.code, u.name) u`;
    return list(this.database.connection, filter, {
      select: sql`u.id AS "unitId", u.kind, u.code, u.name, u."validFrom", u."validTo"`,
      from: units,
      where: [],
      sorts: { code: sql`u.code` },
      defaultSort: 'code',
      id: sql`u.id`,
      to: (row: MembershipDto) => MembershipDto.from(row),
    });
  }

  private visible(actor: Actor, id = sql`p.id`): Sql {
    return inScope(actor.scopeOf('directory:person:read'), id, this.today);
  }

  private get today(): string {
    return this.clock.today();
  }

  private secondsLeftOfToday(): number {
    const now = this.clock.now();
    const midnight = this.clock.instantOf(this.clock.dateOf(now), '24:00');
    return Math.max(1, Math.ceil((midnight.getTime() - now.getTime()) / 1000));
  }
}

/** SQL predicate: does the text stand in the name? From two characters on by an index. */
function hasInName(text: string): Sql {
  const contains = sql`strpos(p.name, ${text}) > 0`;
  return [...text].length < 2 ? contains : sql`directory.bigrams(p.name) @> directory.bigrams(${text}) AND ${contains}`;
}
