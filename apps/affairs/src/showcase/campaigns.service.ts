import { Injectable } from '@nestjs/common';
import { type Actor, requireSchool } from '#auth';
import { Database, insert, query, sql, type Tx, update } from '#database';
import { list, type Page } from '#http';
import { peopleByIds } from '#roster';
import { Campaign } from './campaign.entity.js';
import { CampaignDto, type CampaignRulesDto, type CampaignsQuery } from './showcase.dto.js';
import { ShowcaseReviewerUnknown, ShowcaseSectionInUse } from './showcase.problems.js';
import { campaignById } from './showcase.queries.js';

/** Campaigns of the school, by whoever sees to them for all of it. */
@Injectable()
export class Campaigns {
  constructor(private readonly database: Database) {}

  list(request: CampaignsQuery): Promise<Page<CampaignDto>> {
    return this.database.read((tx) =>
      list(tx, request, {
        select: sql`c.id, c.title, c.year, c.phases, c.sections, c.per_school AS "perSchool", c.per_section AS "perSection",
                    c.reviewer_ids AS "reviewerIds", c.version`,
        from: sql`affairs.showcase_campaign c`,
        where: [],
        sorts: { year: sql`c.year` },
        defaultSort: '-year',
        id: sql`c.id`,
        to: CampaignDto.from,
      }),
    );
  }

  get(id: string): Promise<CampaignDto> {
    return this.database.read(async (tx) => CampaignDto.from(await campaignById(tx, id)));
  }

  open(actor: Actor, rules: CampaignRulesDto): Promise<CampaignDto> {
    requireSchool(actor, 'affairs:showcase:manage');
    return this.database.transaction(actor, async (tx) => {
      const campaign = new Campaign();
      campaign.change(rules);
      await mustBeStaff(tx, rules.reviewerIds);
      return CampaignDto.from(await insert(tx, campaign));
    });
  }

  /** What is nominated already stays nominated. */
  change(actor: Actor, id: string, expected: number, rules: CampaignRulesDto): Promise<CampaignDto> {
    requireSchool(actor, 'affairs:showcase:manage');
    return this.database.transaction(actor, async (tx) => {
      const campaign = await campaignById(tx, id, { lock: 'update' });
      campaign.change(rules);
      await mustBeStaff(tx, rules.reviewerIds);
      const keys = rules.sections.map(({ key }) => key);
      const left = await query(
        tx,
        sql`SELECT 1 FROM affairs.showcase_work WHERE campaign_id = ${id} AND section <> ALL(${keys}::text[]) LIMIT 1`,
      );
      if (left.length > 0) throw new ShowcaseSectionInUse({ pointer: '#/sections' });
      return CampaignDto.from(await update(tx, campaign, expected));
    });
  }
}

async function mustBeStaff(tx: Tx, ids: readonly string[]): Promise<void> {
  const staff = new Set(
    (await peopleByIds(tx, ids)).filter(({ kind, active }) => kind === 'staff' && active).map(({ id }) => id),
  );
  const unknown = ids.findIndex((id) => !staff.has(id.toLowerCase()));
  if (unknown >= 0) throw new ShowcaseReviewerUnknown({ pointer: `#/reviewerIds/${unknown}` });
}
