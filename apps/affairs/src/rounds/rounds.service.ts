import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, findInScope, insert, query, queryOne, sql, type Tx, update } from '#database';
import { anyOf, keyset, list, type Page, toPage } from '#http';
import { Invalid, NotFound } from '#problems';
import { holdsOn, unitById, unitInScope } from '#roster';
import { CampusClock } from '#time';
import { contentFindings } from './round-content.check.js';
import type { QuotaRowDto, RoundContent } from './round-content.js';
import { evaluate, placesOf, unitCounts } from './round-evaluation.js';
import { Round, RoundNotice } from './round.entity.js';
import {
  type DraftRoundDto,
  type QuotaDto,
  type ReviewersDto,
  RoundDetailDto,
  RoundDto,
  RoundHistoryDto,
  type RoundHistoryQuery,
  type RoundHistoryRow,
  type RoundsQuery,
  RoundTemplateDto,
} from './rounds.dto.js';
import { RoundContentWrong, RoundNotManaged } from './rounds.problems.js';
import { lockRound, roundAsker, visibleRound } from './rounds.queries.js';
import type { SimulationDto } from './simulation.dto.js';
import { simulationOf } from './simulation.js';
import { roundTemplates } from './templates/index.js';

const FIRST_MONTH = 8;

/** Rounds: what they are, whom they are for, with how many places. */
@Injectable()
export class Rounds {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: RoundsQuery): Promise<Page<RoundDto>> {
    const { kind, status, unitId, schoolYear, updatedSince } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: sql`r.id, r.unit_id AS "unitId", r.kind, r.school_year AS "schoolYear", r.content->'title' AS title, r.status,
                    r.content->>'entryUntil' AS "entryUntil", r.created_at AS "createdAt", r.updated_at AS "updatedAt", r.version`,
        from: sql`affairs.round r`,
        where: [
          visibleRound(actor, this.clock.today()),
          anyOf(sql`r.kind`, kind),
          anyOf(sql`r.status`, status),
          anyOf(sql`r.unit_id`, unitId, 'uuid'),
          schoolYear === undefined ? undefined : sql`r.school_year = ${schoolYear}`,
          updatedSince && sql`r.updated_at >= ${updatedSince}`,
        ],
        sorts: { createdAt: sql`r.created_at`, updatedAt: sql`r.updated_at` },
        defaultSort: '-createdAt',
        id: sql`r.id`,
        to: (row: RoundDto) => RoundDto.from(row),
      }),
    );
  }

  get(actor: Actor, id: string): Promise<RoundDetailDto> {
    return this.database.read(async (tx) => this.detail(tx, actor, await this.find(tx, actor, id)));
  }

  /** Of the school year that runs: it begins in August. */
  templates(): RoundTemplateDto[] {
    const [year = 0, month = 0] = this.clock.today().split('-').map(Number);
    const templates = roundTemplates(month >= FIRST_MONTH ? year : year - 1);
    return templates.map((template) => Object.assign(new RoundTemplateDto(), template));
  }

  draft(actor: Actor, { unitId, content }: DraftRoundDto): Promise<RoundDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      await this.mustHold(tx, actor, unitId);
      inOrder(content);
      const round = await insert(tx, Round.draft(unitId, content));
      await audit(tx, actor, { action: 'affairs.round.draft', subject: { kind: 'round', id: round.id } });
      return this.detail(tx, actor, round);
    });
  }

  /** What is sent takes the place of what the draft was. */
  write(actor: Actor, id: string, expected: number, content: RoundContent): Promise<RoundDetailDto> {
    return this.change(actor, id, expected, async (tx, round) => {
      const refused = round.refusal('change', await roundAsker(tx, actor, round, this.clock.today()));
      if (refused) throw refused;
      inOrder(content);
      round.write(content);
    });
  }

  /** Sets places as numbers, until the list is proposed. */
  setQuota(actor: Actor, id: string, expected: number, { places }: QuotaDto): Promise<RoundDetailDto> {
    return this.change(actor, id, expected, async (tx, round) => {
      await this.mustPrepare(tx, actor, round);
      round.quota = await this.quotaOf(tx, round, places);
    });
  }

  setReviewers(actor: Actor, id: string, expected: number, { personIds }: ReviewersDto): Promise<RoundDetailDto> {
    return this.change(actor, id, expected, async (tx, round) => {
      await this.mustPrepare(tx, actor, round);
      const staff = await query<{ id: string }>(
        tx,
        sql`SELECT p.id FROM directory.published_person_v1 p WHERE p.id = ANY(${personIds}::uuid[]) AND p.active AND EXISTS (
              SELECT FROM staffing.published_appointment_v1 a WHERE a.person_id = p.id AND ${holdsOn(sql`a`, this.clock.today())})`,
      );
      const unknown = personIds.findIndex((one) => !staff.some((known) => known.id === one));
      if (unknown >= 0) throw new NotFound({ pointer: `#/personIds/${unknown}`, what: 'staff' });
      // Marks that were given stay, and count no more.
      await query(tx, sql`DELETE FROM affairs.round_reviewer WHERE round_id = ${id}`);
      await query(
        tx,
        sql`INSERT INTO affairs.round_reviewer (round_id, person_id) SELECT ${id}, unnest(${personIds}::uuid[])`,
      );
    });
  }

  /** How it would turn out with these places, as things are now. Writes nothing, names nobody. */
  simulate(actor: Actor, id: string, { places }: QuotaDto): Promise<SimulationDto> {
    return this.database.read(async (tx) => {
      const round = await this.find(tx, actor, id);
      const today = this.clock.today();
      if (!(await roundAsker(tx, actor, round, today)).manages) throw new RoundNotManaged();
      const units = await unitCounts(tx, round, today);
      const given = placesOf(round.content, units, await this.quotaOf(tx, round, places));
      return simulationOf(round.content, units, await evaluate(tx, round, given, today), given);
    });
  }

  history(actor: Actor, id: string, request: RoundHistoryQuery): Promise<Page<RoundHistoryDto>> {
    const page = keyset(request, {
      ...{ sorts: { occurredAt: sql`a.occurred_at` }, defaultSort: 'occurredAt', id: sql`a.id` },
    });
    return this.database.read(async (tx) => {
      const round = await this.find(tx, actor, id);
      const { manages, decides } = await roundAsker(tx, actor, round, this.clock.today());
      if (!manages && !decides) throw new RoundNotManaged();
      const rows = await query<RoundHistoryRow & { key: string }>(
        tx,
        sql`SELECT a.id, a.action, a.unit_ids AS "unitIds", a.person_id AS "personId", a.app, a.comment, a.occurred_at AS "occurredAt", ${page.sortKey} AS key
              FROM affairs.round_action a WHERE a.round_id = ${id} AND ${page.where} ORDER BY ${page.orderBy} LIMIT ${page.limit}`,
      );
      return toPage(
        rows,
        request,
        (row) => [row.key, row.id],
        ({ key: _, ...row }) => RoundHistoryDto.from(row),
      );
    });
  }

  async detail(tx: Tx, actor: Actor, round: Round): Promise<RoundDetailDto> {
    const notices = await tx.find(RoundNotice, { where: { roundId: round.id }, order: { number: 'ASC' } });
    const reviewers = await query<{ id: string }>(
      tx,
      sql`SELECT person_id AS id FROM affairs.round_reviewer WHERE round_id = ${round.id} ORDER BY 1`,
    );
    const asker = await roundAsker(tx, actor, round, this.clock.today());
    return RoundDetailDto.of(
      round,
      notices,
      reviewers.map(({ id }) => id),
      asker,
    );
  }

  async find(tx: Tx, actor: Actor, id: string): Promise<Round> {
    const round = await findInScope(tx, Round, id, { alias: 'r', where: visibleRound(actor, this.clock.today()) });
    if (!round) throw new NotFound({ what: 'round' });
    return round;
  }

  private change(
    actor: Actor,
    id: string,
    expected: number,
    fn: (tx: Tx, round: Round) => Promise<void>,
  ): Promise<RoundDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const round = await lockRound(tx, visibleRound(actor, this.clock.today()), id, expected);
      await fn(tx, round);
      await update(tx, round);
      return this.detail(tx, actor, round);
    });
  }

  /** Throws what speaks against preparing the review of a round now. */
  private async mustPrepare(tx: Tx, actor: Actor, round: Round): Promise<void> {
    if (!(await roundAsker(tx, actor, round, this.clock.today())).manages) throw new RoundNotManaged();
    if (!['draft', 'open', 'review'].includes(round.status)) throw round.notInState();
  }

  private async quotaOf(tx: Tx, round: Round, places: readonly QuotaRowDto[]): Promise<QuotaRowDto[]> {
    const units = new Set((await unitCounts(tx, round, this.clock.today())).map(({ id }) => id));
    const levels = new Set(round.content.levels.map(({ code }) => code));
    const keys = places.map(({ level, unitId }) => `${level} ${unitId}`);
    const errors = places.flatMap(({ level, unitId }, i) => {
      const at = (field: string, zh: string, en: string) => [{ pointer: `#/places/${i}/${field}`, zh, en }];
      if (!levels.has(level)) return at('level', '没有该等级', 'is no level of the round');
      if (!units.has(unitId)) return at('unitId', '不是此批次排名的单位', 'is no unit that is ranked in this round');
      return keys.indexOf(keys[i]!) < i ? at('unitId', '重复', 'is there twice') : [];
    });
    if (errors.length > 0) throw new Invalid({ errors });
    return places.map(({ level, unitId, places: n }) => ({ level, unitId, places: n }));
  }

  private async mustHold(tx: Tx, actor: Actor, unitId: string): Promise<void> {
    const unit = await unitById(tx, unitId);
    const scope = actor.scopeOf('affairs:round:manage');
    const inCharge = await queryOne(tx, sql`SELECT WHERE ${unitInScope(scope, sql`${unitId}::uuid`)}`);
    if (!unit?.active || !inCharge || !['school', 'college', 'academy'].includes(unit.kind))
      throw new NotFound({ pointer: '#/unitId', what: 'unit' });
  }
}

function inOrder(content: RoundContent): void {
  const errors = contentFindings(content);
  if (errors.length > 0)
    throw new RoundContentWrong({
      errors: errors.map(({ pointer, ...error }) => ({ pointer: pointer.replace('#', '#/content'), ...error })),
    });
}
