import { Injectable } from '@nestjs/common';
import { buffer } from 'node:stream/consumers';
import { In } from 'typeorm';
import { type Actor, audit } from '#auth';
import { HolidayRegistrationRemindedV1 } from '#contracts';
import { Database, query, sql, type Tx } from '#database';
import { Events } from '#events';
import { type Cell, PLAIN_CSV, writeTable } from '#exchange';
import { list, type Page } from '#http';
import { inUnits } from '#roster';
import { CampusClock } from '#time';
import { type Opened, StudentKeys } from '#vault';
import { boardOf } from './board.queries.js';
import type { HolidayCampaign } from './campaign.entity.js';
import {
  HolidayBoardDto,
  type RemindDto,
  RemindedDto,
  UnregisteredDto,
  type UnregisteredQuery,
} from './campaigns.dto.js';
import { campaignVisible, findCampaign, REGISTERED, studentsOf, unitOf } from './holiday.queries.js';
import { HolidayRegistration, REGISTRATION_STATUSES } from './registration.entity.js';

/** Students an event names at most. */
const AT_ONCE = 1000;
const REMINDED = sql`(SELECT max(m.date)::text FROM affairs.holiday_reminder m WHERE m.campaign_id = l.id AND m.student_id = p.id)`;

/** How far registration is, who has not registered, and the sheet of all who were asked. */
@Injectable()
export class HolidayReports {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  board(actor: Actor, id: string): Promise<HolidayBoardDto> {
    return this.database.read(async (tx) => {
      await this.find(tx, actor, id);
      const counts = await boardOf(tx, actor, id, this.clock.today(), this.clock.now());
      return Object.assign(new HolidayBoardDto(), { id, ...counts });
    });
  }

  /** By student number. */
  unregistered(actor: Actor, id: string, request: UnregisteredQuery): Promise<Page<UnregisteredDto>> {
    const today = this.clock.today();
    return this.database.read(async (tx) => {
      await this.find(tx, actor, id);
      return list(tx, request, {
        select: sql`json_build_object('id', p.id, 'number', p.number, 'name', p.name) AS student,
                    coalesce(r.status = 'rejected', false) AS rejected, ${REMINDED} AS "remindedOn"`,
        from: studentsOf(actor, id, today),
        where: [sql`NOT ${REGISTERED}`, inUnits(request.unitId, sql`p.id`, today)],
        sorts: { number: sql`p.number` },
        defaultSort: 'number',
        id: sql`p.id`,
        to: UnregisteredDto.from,
      });
    });
  }

  /** Reminds those within the actor's scope who have not registered and were not reminded today. */
  remind(actor: Actor, id: string, { studentIds }: RemindDto): Promise<RemindedDto> {
    const today = this.clock.today();
    return this.database.transaction(actor, async (tx) => {
      (await this.find(tx, actor, id)).mustBe('open');
      const named = studentIds ? sql`p.id = ANY(${studentIds}::uuid[])` : sql`TRUE`;
      const rows = await query<{ id: string }>(
        tx,
        sql`INSERT INTO affairs.holiday_reminder (campaign_id, student_id, date)
            SELECT l.id, p.id, ${today} FROM ${studentsOf(actor, id, today)} WHERE NOT ${REGISTERED} AND ${named} ORDER BY p.id
            ON CONFLICT DO NOTHING RETURNING student_id AS id`,
      );
      const ids = rows.map((row) => row.id);
      const facts = Array.from(
        { length: Math.ceil(ids.length / AT_ONCE) },
        (_, i) =>
          new HolidayRegistrationRemindedV1({ campaignId: id, studentIds: ids.slice(i * AT_ONCE, (i + 1) * AT_ONCE) }),
      );
      if (facts.length > 0) await this.events.publishAll(tx, facts);
      await audit(tx, actor, {
        action: 'affairs.holiday-campaign.remind',
        subject: { kind: 'holiday-campaign', id },
        reason: String(ids.length),
      });
      return Object.assign(new RemindedDto(), { reminded: ids.length });
    });
  }

  /** All students within the actor's scope whom the campaign asks, with what they have registered. Why is in the audit. */
  export(actor: Actor, id: string, format: 'xlsx' | 'csv'): Promise<Buffer> {
    return this.database.transaction(actor, async (tx) => {
      const campaign = await this.find(tx, actor, id);
      await audit(tx, actor, { action: 'affairs.holiday-campaign.export', subject: { kind: 'holiday-campaign', id } });
      const rows = await this.rows(tx, actor, campaign);
      async function* lines(): AsyncGenerator<Cell[]> {
        yield HEADER;
        yield* rows;
      }
      return buffer(writeTable(lines(), format === 'xlsx' ? { type: 'xlsx' } : PLAIN_CSV));
    });
  }

  private async rows(tx: Tx, actor: Actor, campaign: HolidayCampaign): Promise<Cell[][]> {
    const date = this.clock.today();
    const rows = await query<{ number: string; name: string; college: string; class: string; id: string | null }>(
      tx,
      sql`SELECT p.number, p.name, coalesce(c.name, '') AS college, coalesce(k.name, '') AS class, r.id
            FROM ${studentsOf(actor, campaign.id, date)}
            LEFT JOIN directory.published_unit_v1 c ON c.id = ${unitOf(sql`p.id`, 'college', date)}
            LEFT JOIN directory.published_unit_v1 k ON k.id = ${unitOf(sql`p.id`, 'class', date)}
           ORDER BY c.code, k.code, p.number`,
    );
    const found = await tx.findBy(HolidayRegistration, { id: In(rows.flatMap(({ id }) => id ?? [])) });
    const texts = await this.students.openFields(tx, found);
    const byId = new Map(found.map((one, i) => [one.id, this.cells(campaign, one, texts[i]!)]));
    return rows.map(({ id, number, name, college, class: class_ }) => [
      ...[number, name, college, class_],
      ...((id && byId.get(id)) || ['未登记', ...Array<string>(HEADER.length - 5).fill('')]),
    ]);
  }

  private cells(campaign: HolidayCampaign, one: HolidayRegistration, texts: Opened<HolidayRegistration>): Cell[] {
    const time = (at: Date | null): string =>
      at?.toLocaleString('sv-SE', { timeZone: this.clock.timeZone, dateStyle: 'short', timeStyle: 'short' }) ?? '';
    const yes = (value: boolean | null): string => (value === null ? '' : value ? '是' : '否');
    return [
      REGISTRATION_STATUSES[one.status].zh,
      campaign.destination(one.destination)?.title.zh ?? one.destination,
      ...[time(one.leavesAt), time(one.returnsAt), time(one.returnedAt)],
      ...[texts.region ?? '', texts.address ?? '', texts.contact ?? ''],
      ...[yes(one.guardianTold), yes(one.keepsBed), texts.note ?? '', yes(one.onBehalf)],
    ];
  }

  private find(tx: Tx, actor: Actor, id: string): Promise<HolidayCampaign> {
    return findCampaign(tx, id, campaignVisible(actor, this.clock.today()));
  }
}

const HEADER: Cell[] = [
  ...['学号', '姓名', '学院', '班级', '登记情况', '去向', '离校时间', '拟返校时间', '实际返校时间'],
  ...['地区', '详细地址', '紧急联系方式', '家长知情', '保留床位', '说明', '代为登记'],
];
