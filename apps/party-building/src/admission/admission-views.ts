import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Config } from '#config';
import { Database, query, sql, type Sql } from '#database';
import { keyset, NotFound, type Page, toPage } from '#http';
import { inScope, today } from '#roster';
import { AdmissionRules, workingDaysOf } from './admission-rules.js';
import { doneOf, standing } from './admission.entity.js';
import {
  AdmissionDto,
  AdmissionEntryDto,
  type AdmissionsQuery,
  ContactDto,
  type ContactsQuery,
} from './admissions.dto.js';
import { type AdmissionRow, contactLoads, entriesOf, selectAdmissions } from './admissions.queries.js';
import { timelineOf } from './engine.js';
import { lastSupportedStep, RULE_SETS, ruleSet } from './rule-set.js';
import { RuleSetDto, TimelineDto, TimelineStepDto } from './timeline.dto.js';

/** Looking at admissions: what is read. */
@Injectable()
export class AdmissionViews {
  constructor(
    private readonly database: Database,
    private readonly rules: AdmissionRules,
    private readonly config: Config,
  ) {}

  async list(actor: Actor, filter: AdmissionsQuery): Promise<Page<AdmissionDto>> {
    const now = today(this.config.timeZone);
    const page = keyset(filter, { sorts: { appliedOn: sql`a.applied_on` }, defaultSort: '-appliedOn', id: sql`a.id` });
    const { stage, status, organizationId, overdue } = filter;
    const rows = await selectAdmissions(
      this.database.reader,
      sql`WHERE ${this.readable(actor)} AND ${page.where}
            AND ${stage ? sql`a.stage = ${stage}` : sql`TRUE`}
            AND ${status ? sql`a.status = ${status}` : sql`TRUE`}
            AND ${organizationId ? sql`a.organization_id = ${organizationId}` : sql`TRUE`}
            AND ${overdue === undefined ? sql`TRUE` : sql`coalesce(a.due_on < ${now}, false) = ${overdue}`}
          ORDER BY ${page.orderBy} LIMIT ${page.limit}`,
    );
    return toPage(
      rows,
      filter,
      (row) => [row.appliedOn, row.id],
      (row) => AdmissionDto.from(row, now),
    );
  }

  async get(actor: Actor, id: string): Promise<AdmissionDto> {
    return AdmissionDto.from(await this.find(actor, id), today(this.config.timeZone));
  }

  /** Every step with its dates and gates: what is done, what may come next, and the earliest that the rest can be. */
  async timeline(actor: Actor, id: string): Promise<TimelineDto> {
    const row = await this.find(actor, id);
    const tx = this.database.reader;
    const steps = (await this.rules.reader(tx))(row);
    const done = doneOf((await entriesOf(tx, [id])).get(id) ?? []);
    const asOf = today(this.config.timeZone);
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
    const entries = (await entriesOf(this.database.reader, [id])).get(id) ?? [];
    const counting = new Set(standing(entries));
    return entries.map((entry) => AdmissionEntryDto.from(entry, counting.has(entry)));
  }

  /** Cultivation contacts and how many open admissions within the actor's scope each accompanies. */
  async contacts(actor: Actor, filter: ContactsQuery): Promise<Page<ContactDto>> {
    const sorts = { admissions: sql`c.admissions`, number: sql`c.number` };
    const page = keyset(filter, { sorts, defaultSort: '-admissions', id: sql`c."personId"` });
    const rows = await query<ContactDto & { sortKey: string }>(
      this.database.reader,
      sql`SELECT c.*, ${page.sortKey} AS "sortKey" FROM (${contactLoads(this.readable(actor))}) c
           WHERE ${page.where} ORDER BY ${page.orderBy} LIMIT ${page.limit}`,
    );
    return toPage(
      rows,
      filter,
      (row) => [row.sortKey, row.personId],
      ({ sortKey: _, ...row }) => Object.assign(new ContactDto(), row),
    );
  }

  ruleSets(): RuleSetDto[] {
    return RULE_SETS.map((set) => RuleSetDto.from(set, lastSupportedStep(set.steps)));
  }

  private async find(actor: Actor, id: string): Promise<AdmissionRow> {
    const [row] = await selectAdmissions(this.database.reader, sql`WHERE a.id = ${id} AND ${this.readable(actor)}`);
    if (!row) throw new NotFound({ what: 'admission' });
    return row;
  }

  private readable(actor: Actor): Sql {
    return inScope(actor.scopeOf('party-building:admission:read'), sql`a.person_id`, today(this.config.timeZone));
  }
}
