import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, insert, queryOne, sql, StaleVersionError, type Tx, update } from '#database';
import { Files, filesOf } from '#files';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { unitById, unitInScope, unitsBelow } from '#roster';
import { CampusClock } from '#time';
import { offered } from '#workflow';
import type { Campaign, Phase } from './campaign.entity.js';
import { type ChangeWorkDto, type HandInWorkDto, WorkDetailDto, WorkDto, type WorksQuery } from './showcase.dto.js';
import { filesOfWork } from './showcase.files.js';
import { ShowcaseSectionUnknown } from './showcase.problems.js';
import { campaignById, inCharge, lockWork, mentions, shownTo, WORK, WORKS } from './showcase.queries.js';
import { Work, WORK_ACTIONS, type WorkAction, type WorkAsker } from './work.entity.js';

const ACTIONS = Object.keys(WORK_ACTIONS) as WorkAction[];

/** Works of units of the school: handed in and changed by who answers for the unit, seen by everybody; the selected ones are the case library. */
@Injectable()
export class Works {
  constructor(
    private readonly database: Database,
    private readonly files: Files,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: WorksQuery): Promise<Page<WorkDto>> {
    const { campaignId, section, year, unitId, q, selected, updatedSince } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: WORK,
        from: WORKS,
        where: [
          shownTo(actor),
          anyOf(sql`w.campaign_id`, campaignId, 'uuid'),
          anyOf(sql`w.section`, section),
          year === undefined ? undefined : sql`c.year = ${year}`,
          unitId?.length ? sql`w.unit_id IN (${unitsBelow(unitId)})` : undefined,
          q && mentions(q),
          selected === undefined ? undefined : sql`(n.selected_at IS NOT NULL) = ${selected}`,
          updatedSince && sql`w.updated_at >= ${updatedSince}`,
        ],
        sorts: { createdAt: sql`w.created_at`, updatedAt: sql`w.updated_at` },
        defaultSort: '-createdAt',
        id: sql`w.id`,
        to: WorkDto.from,
      }),
    );
  }

  get(actor: Actor, id: string): Promise<WorkDetailDto> {
    return this.database.read((tx) => this.detail(tx, actor, id));
  }

  handIn(actor: Actor, body: HandInWorkDto): Promise<WorkDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const campaign = await campaignById(tx, body.campaignId, { pointer: '#/campaignId', lock: 'share' });
      await this.mustAnswerFor(tx, actor, body.unitId);
      this.mustBeIn(campaign, 'upload');
      mustHave(campaign, body.section);
      const { campaignId, unitId, section, title, abstract } = body;
      const work = Object.assign(new Work(), { campaignId, unitId, section, title, abstract, body: body.body });
      work.personId = actor.personId ?? null;
      await insert(tx, work);
      await this.attach(tx, actor, work, body.attachments);
      return this.detail(tx, actor, work.id);
    });
  }

  /** Until it is nominated. */
  change(actor: Actor, id: string, expected: number, form: ChangeWorkDto): Promise<WorkDetailDto> {
    return this.changing(actor, id, expected, 'change', async (tx, work, campaign) => {
      mustHave(campaign, form.section);
      const { section, title, abstract, body } = form;
      Object.assign(work, { section, title, abstract, body });
      await this.attach(tx, actor, work, form.attachments);
    });
  }

  withdraw(actor: Actor, id: string, expected: number): Promise<WorkDetailDto> {
    return this.changing(actor, id, expected, 'withdraw', (_, work) => {
      work.withdrawnAt = this.clock.now();
    });
  }

  restore(actor: Actor, id: string, expected: number): Promise<WorkDetailDto> {
    return this.changing(actor, id, expected, 'restore', (_, work) => {
      work.withdrawnAt = null;
    });
  }

  private changing(
    actor: Actor,
    id: string,
    expected: number,
    action: WorkAction,
    fn: (tx: Tx, work: Work, campaign: Campaign) => void | Promise<void>,
  ): Promise<WorkDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const work = await lockWork(tx, id, shownTo(actor));
      if (work.version !== expected) throw new StaleVersionError();
      const campaign = await campaignById(tx, work.campaignId, { lock: 'share' });
      const refused = work.refusal(action, await this.asker(tx, actor, id), campaign, this.clock.today());
      if (refused) throw refused;
      await fn(tx, work, campaign);
      await update(tx, work);
      return this.detail(tx, actor, id);
    });
  }

  private async asker(tx: Tx, actor: Actor, id: string): Promise<WorkAsker> {
    const row = await queryOne<{ inCharge: boolean; nominated: boolean }>(
      tx,
      sql`SELECT ${inCharge(actor)} AS "inCharge",
                 EXISTS (SELECT FROM affairs.showcase_nomination n WHERE n.work_id = w.id AND n.withdrawn_at IS NULL) AS nominated
            FROM affairs.showcase_work w WHERE w.id = ${id}`,
    );
    return { ...row!, manages: actor.scopeOf('affairs:showcase:manage').school };
  }

  private mustBeIn(campaign: Campaign, phase: Phase): void {
    const refused = campaign.outside(this.clock.today(), phase);
    if (refused) throw refused;
  }

  private async attach(tx: Tx, actor: Actor, work: Work, ids: readonly string[]): Promise<void> {
    await this.files.free(tx, filesOfWork(work), ids);
    await this.files.attach(tx, actor, ids, filesOfWork(work), { keepUntil: null, pointer: '#/attachments' });
  }

  private async mustAnswerFor(tx: Tx, actor: Actor, unitId: string): Promise<void> {
    const unit = await unitById(tx, unitId);
    const scope = actor.scopeOf('affairs:showcase:submit');
    const row = await queryOne<{ ok: boolean }>(tx, sql`SELECT ${unitInScope(scope, sql`${unitId}::uuid`)} AS ok`);
    if (!unit?.active || !row!.ok) throw new NotFound({ pointer: '#/unitId', what: 'unit' });
  }

  private async detail(tx: Tx, actor: Actor, id: string): Promise<WorkDetailDto> {
    const row = await queryOne<WorkDto & { body: string }>(
      tx,
      sql`SELECT ${WORK}, w.body FROM ${WORKS} WHERE w.id = ${id} AND ${shownTo(actor)}`,
    );
    if (!row) throw new NotFound({ what: 'work' });
    const [work, campaign] = [await tx.findOneByOrFail(Work, { id }), await campaignById(tx, row.campaignId)];
    const by = await this.asker(tx, actor, id);
    const actions = ACTIONS.map((action) => offered(action, work.refusal(action, by, campaign, this.clock.today())));
    return Object.assign(new WorkDetailDto(), { ...row, attachments: await filesOf(tx, filesOfWork(row)), actions });
  }
}

function mustHave({ sections }: Campaign, section: string): void {
  if (!sections.some(({ key }) => key === section)) throw new ShowcaseSectionUnknown({ pointer: '#/section' });
}
