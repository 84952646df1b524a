import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, sql, type Sql } from '#database';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { inScope } from '#roster';
import { CampusClock } from '#time';
import { AdmissionRules, workingDaysOf } from './admission-rules.js';
import { doneOf, standing } from './admission.entity.js';
import {
  AdmissionDto,
  AdmissionEntryDto,
  type AdmissionsQuery,
  ContactDto,
  type ContactsQuery,
} from './admissions.dto.js';
import { type AdmissionRow, COLUMNS, contactLoads, entriesOf, selectAdmission, TABLES } from './admissions.queries.js';
import { timelineOf } from './engine.js';
import { lastSupportedStep, RULE_SETS, ruleSet } from './rule-set.js';
import { RuleSetDto, TimelineDto, TimelineStepDto } from './timeline.dto.js';

/** Looking at admissions: what is read. */
@Injectable()
export class AdmissionViews {
  constructor(
    private readonly database: Database,
    private readonly rules: AdmissionRules,
    private readonly clock: CampusClock,
  ) {}

  async list(actor: Actor, filter: AdmissionsQuery): Promise<Page<AdmissionDto>> {
    const now = this.clock.today();
    const { stage, status, organizationId, overdue, updatedSince } = filter;
    return list(this.database.connection, filter, {
      select: COLUMNS,
      from: TABLES,
      where: [
        this.readable(actor),
        anyOf(sql`a.stage`, stage),
        anyOf(sql`a.status`, status),
        anyOf(sql`a.organization_id`, organizationId, 'uuid'),
        overdue === undefined ? undefined : sql`coalesce(a.due_on < ${now}, false) = ${overdue}`,
        updatedSince && sql`a.updated_at >= ${updatedSince}`,
      ],
      sorts: { appliedOn: sql`a.applied_on`, updatedAt: sql`a.updated_at` },
      defaultSort: '-appliedOn',
      id: sql`a.id`,
      to: (row: AdmissionRow) => AdmissionDto.from(row, now),
    });
  }

  async get(actor: Actor, id: string): Promise<AdmissionDto> {
    return AdmissionDto.from(await this.find(actor, id), this.clock.today());
  }

  /** Every step with its dates and gates: what is done, what may come next, and the earliest that the rest can be. */
  async timeline(actor: Actor, id: string): Promise<TimelineDto> {
    const row = await this.find(actor, id);
    const tx = this.database.connection;
    const steps = (await this.rules.reader(tx))(row);
    const done = doneOf((await entriesOf(tx, [id])).get(id) ?? []);
    const asOf = this.clock.today();
    const states = await timelineOf(steps, { birthDate: row.birthDate, done }, asOf, workingDaysOf(tx));
    const { ruleVersion, stage } = row;
    const { checkedAgainstOfficialText: rulesChecked } = ruleSet(ruleVersion);
    return Object.assign(new TimelineDto(), {
      ...{ admissionId: id, ruleVersion, rulesChecked, asOf, stage },
      steps: states.map((state) => TimelineStepDto.from(state, asOf)),
    });
  }

  async entries(actor: Actor, id: string): Promise<AdmissionEntryDto[]> {
    await this.find(actor, id);
    const entries = (await entriesOf(this.database.connection, [id])).get(id) ?? [];
    const counting = new Set(standing(entries));
    return entries.map((entry) => AdmissionEntryDto.from(entry, counting.has(entry)));
  }

  /** Cultivation contacts and how many open admissions within the actor's scope each accompanies. */
  async contacts(actor: Actor, filter: ContactsQuery): Promise<Page<ContactDto>> {
    return list(this.database.connection, filter, {
      select: sql`c.*`,
      from: sql`(${contactLoads(this.readable(actor))}) c`,
      where: [],
      sorts: { admissions: sql`c.admissions`, number: sql`c.number` },
      defaultSort: '-admissions',
      id: sql`c."personId"`,
      to: (row: ContactDto) => Object.assign(new ContactDto(), row),
    });
  }

  ruleSets(): RuleSetDto[] {
    return RULE_SETS.map((set) => RuleSetDto.from(set, lastSupportedStep(set.steps)));
  }

  private async find(actor: Actor, id: string): Promise<AdmissionRow> {
    const row = await selectAdmission(this.database.connection, sql`a.id = ${id} AND ${this.readable(actor)}`);
    if (!row) throw new NotFound({ what: 'admission' });
    return row;
  }

  private readable(actor: Actor): Sql {
    return inScope(actor.scopeOf('party-building:admission:read'), sql`a.person_id`, this.clock.today());
  }
}
