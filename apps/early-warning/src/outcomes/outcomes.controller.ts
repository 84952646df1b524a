import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, type Page, Summary } from '#http';
import { OutcomeDto, OutcomesQuery } from './outcomes.dto.js';
import { Outcomes } from './outcomes.service.js';

/** How things stand that one raised (反馈). */
@ApiTags('outcomes')
@Controller('early-warning/v1/outcomes')
@Require('early-warning:referral:send', 'early-warning:rule:write')
export class OutcomesController {
  constructor(private readonly outcomes: Outcomes) {}

  @Get()
  @ApiPage(OutcomeDto)
  @Summary(
    '列出本人的反映与本人所拟规则的预警的进展',
    'List how referrals one sent, and warnings by rules one drafted, stand',
  )
  listOutcomes(@CurrentActor() actor: Actor, @Query() query: OutcomesQuery): Promise<Page<OutcomeDto>> {
    return this.outcomes.list(actor, query);
  }
}
