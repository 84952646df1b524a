import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, insert, query, queryOne, sql, type Sql, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { Invalid, NotFound } from '#problems';
import { unitInScope } from '#roster';
import { CampusClock } from '#time';
import { type CampaignContent, HolidayCampaign } from './campaign.entity.js';
import { HolidayCampaignContentDto, HolidayCampaignDto, type HolidayCampaignsQuery } from './campaigns.dto.js';
import { campaignVisible, findCampaign, holds } from './holiday.queries.js';

const COLUMNS = sql`l.id, l.title, l.unit_id AS "unitId", l.starts_at AS "startsAt", l.ends_at AS "endsAt", l.opens_on::text AS "opensOn",
  l.closes_on::text AS "closesOn", l.unit_ids AS "unitIds", l.grades, l.destinations, l.status, l.version`;

/** Campaigns of registration for a holiday: drafted, opened, closed. */
@Injectable()
export class HolidayCampaigns {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: HolidayCampaignsQuery): Promise<Page<HolidayCampaignDto>> {
    const { status, updatedSince } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: COLUMNS,
        from: sql`affairs.holiday_campaign l`,
        where: [
          campaignVisible(actor, this.clock.today()),
          anyOf(sql`l.status`, status),
          updatedSince && sql`l.updated_at >= ${updatedSince}`,
        ],
        sorts: { startsAt: sql`l.starts_at`, updatedAt: sql`l.updated_at` },
        defaultSort: '-startsAt',
        id: sql`l.id`,
        to: (row: HolidayCampaignDto) => Object.assign(new HolidayCampaignDto(), row),
      }),
    );
  }

  get(actor: Actor, id: string): Promise<HolidayCampaignDto> {
    return this.database.read(async (tx) =>
      HolidayCampaignDto.from(await findCampaign(tx, id, campaignVisible(actor, this.clock.today()))),
    );
  }

  draft(actor: Actor, body: HolidayCampaignContentDto): Promise<HolidayCampaignDto> {
    return this.database.transaction(actor, async (tx) => {
      const content = await this.checked(tx, actor, body);
      const found = await insert(tx, HolidayCampaign.draft(content));
      await this.note(tx, actor, found, 'draft');
      return HolidayCampaignDto.from(found);
    });
  }

  change(actor: Actor, id: string, expected: number, body: HolidayCampaignContentDto): Promise<HolidayCampaignDto> {
    return this.write(actor, id, expected, 'change', async (tx, found) =>
      found.change(await this.checked(tx, actor, body)),
    );
  }

  discard(actor: Actor, id: string, expected: number): Promise<void> {
    return this.database.transaction(actor, async (tx) => {
      const found = await findCampaign(tx, id, holds(actor), { lock: 'update', expected });
      found.mustBe('draft');
      await query(tx, sql`DELETE FROM affairs.holiday_campaign WHERE id = ${id}`);
      await this.note(tx, actor, found, 'discard');
    });
  }

  open(actor: Actor, id: string, expected: number): Promise<HolidayCampaignDto> {
    return this.write(actor, id, expected, 'open', (_, found) => found.open());
  }

  close(actor: Actor, id: string, expected: number): Promise<HolidayCampaignDto> {
    return this.write(actor, id, expected, 'close', (_, found) => found.close());
  }

  reopen(actor: Actor, id: string, expected: number): Promise<HolidayCampaignDto> {
    return this.write(actor, id, expected, 'reopen', (_, found) => found.reopen());
  }

  private write(
    actor: Actor,
    id: string,
    expected: number,
    action: string,
    fn: (tx: Tx, found: HolidayCampaign) => void | Promise<void>,
  ): Promise<HolidayCampaignDto> {
    return this.database.transaction(actor, async (tx) => {
      const found = await findCampaign(tx, id, holds(actor), { lock: 'update', expected });
      await fn(tx, found);
      await update(tx, found);
      await this.note(tx, actor, found, action);
      return HolidayCampaignDto.from(found);
    });
  }

  /** What is asked for, when the actor may hold such a campaign and it makes sense. Throws NotFound or Invalid. */
  private async checked(tx: Tx, actor: Actor, body: HolidayCampaignContentDto): Promise<CampaignContent> {
    const content = HolidayCampaignContentDto.toContent(body);
    const { unitId } = content;
    const errors = contentErrors(content);
    if (!(await this.isTrue(tx, unitInScope(actor.scopeOf('affairs:holiday-campaign:manage'), sql`${unitId}::uuid`))))
      throw new NotFound({ pointer: '#/unitId', what: 'unit' });
    const within = unitId ? unitInScope({ school: false, unitIds: [unitId] }, sql`u.id`) : sql`TRUE`;
    const known = await query<{ id: string }>(
      tx,
      sql`SELECT u.id FROM directory.published_unit_v1 u WHERE u.active AND u.id = ANY(${content.unitIds}::uuid[]) AND ${within}`,
    );
    const ids = new Set(known.map(({ id }) => id));
    body.unitIds.forEach((id, i) => {
      if (!ids.has(id.toLowerCase()))
        errors.push({
          pointer: `#/unitIds/${i}`,
          zh: '没有此单位，或不属于该学院',
          en: 'is no active unit of the college',
        });
    });
    if (unitId && body.unitIds.length === 0 && ids.size === 0)
      errors.push({ pointer: '#/unitId', zh: '没有此单位，或已停用', en: 'is no active unit' });
    if (errors.length > 0) throw new Invalid({ errors });
    return content;
  }

  private async isTrue(tx: Tx, predicate: Sql): Promise<boolean> {
    return (await queryOne<{ ok: boolean | null }>(tx, sql`SELECT ${predicate} AS ok`))!.ok === true;
  }

  private async note(tx: Tx, actor: Actor, { id }: HolidayCampaign, action: string): Promise<void> {
    await audit(tx, actor, { action: `affairs.holiday-campaign.${action}`, subject: { kind: 'holiday-campaign', id } });
  }
}

interface FieldError {
  pointer: string;
  zh: string;
  en: string;
}

/** What is wrong with a campaign by itself. */
export function contentErrors({ startsAt, endsAt, opensOn, closesOn, destinations }: CampaignContent): FieldError[] {
  const errors: FieldError[] = [];
  if (endsAt <= startsAt) errors.push({ pointer: '#/endsAt', zh: '须晚于开始', en: 'must be after the start' });
  if (closesOn < opensOn)
    errors.push({ pointer: '#/closesOn', zh: '不能早于首日', en: 'must not be before the first day' });
  const codes = destinations.map(({ code }) => code);
  destinations.forEach(({ code, away, asks }, i) => {
    if (codes.indexOf(code) < i)
      errors.push({ pointer: `#/destinations/${i}/code`, zh: '代码重复', en: 'stands twice in the campaign' });
    if (!away && (asks.includes('leavesAt') || asks.includes('returnsAt')))
      errors.push({
        pointer: `#/destinations/${i}/asks`,
        zh: '留校没有离返校时间',
        en: 'who stays neither leaves nor returns',
      });
  });
  return errors;
}
