import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import {
  DecideAppealDto,
  DeliverConclusionDto,
  SanctionAppealDetailDto,
  SanctionAppealDto,
  SanctionAppealsQuery,
} from './appeals.dto.js';
import { SanctionAppeals } from './appeals.service.js';

/** Appeals against sanctions (申诉). The student and the committee of the school alone see them. */
@ApiTags('sanctions')
@Controller('affairs/v1/sanction-appeals')
export class SanctionAppealsController {
  constructor(private readonly appeals: SanctionAppeals) {}

  @Get()
  @Require('affairs:sanction:appeal', 'affairs:sanction-appeal:decide')
  @ApiPage(SanctionAppealDto)
  @Summary('列出申诉：本人的，或待决定的', 'List appeals: one’s own, or those one decides on')
  listSanctionAppeals(
    @CurrentActor() actor: Actor,
    @Query() query: SanctionAppealsQuery,
  ): Promise<Page<SanctionAppealDto>> {
    return this.appeals.list(actor, query);
  }

  @Get(':id')
  @Require('affairs:sanction:appeal', 'affairs:sanction-appeal:decide')
  @Returns(SanctionAppealDetailDto)
  @Summary('查看申诉；他人查看留有记录', 'See an appeal; that somebody else did is recorded')
  getSanctionAppeal(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<SanctionAppealDetailDto> {
    return this.appeals.get(actor, id);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Require('affairs:sanction:appeal')
  @Returns(SanctionAppealDetailDto)
  @Summary('撤回申诉；期限内可再次提出', 'Withdraw an appeal; within the time another can be made')
  withdrawSanctionAppeal(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<SanctionAppealDetailDto> {
    return this.appeals.withdraw(actor, id, version);
  }

  @Post(':id/extend')
  @HttpCode(200)
  @Require('affairs:sanction-appeal:decide')
  @Returns(SanctionAppealDetailDto)
  @Summary('情况复杂，延长一次复查期限', 'Extend the time to decide, once')
  extendSanctionAppeal(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<SanctionAppealDetailDto> {
    return this.appeals.extend(actor, id, version);
  }

  @Post(':id/decide')
  @HttpCode(200)
  @Require('affairs:sanction-appeal:decide')
  @Returns(SanctionAppealDetailDto)
  @Summary(
    '作出复查结论；须多名委员一致的，为本人表态，达到人数即为结论；登记处分的人不能决定',
    'Decide on an appeal, or where several members must say the same, say it as one of them; whoever recorded the sanction does not',
  )
  decideSanctionAppeal(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: DecideAppealDto,
  ): Promise<SanctionAppealDetailDto> {
    return this.appeals.decide(actor, id, version, body);
  }

  @Post(':id/deliver')
  @HttpCode(200)
  @Require('affairs:sanction-appeal:decide')
  @Returns(SanctionAppealDetailDto)
  @Summary(
    '登记复查结论送达，自此起算向省级申诉的期限；再次登记即更正',
    'Record that the conclusion was delivered, from when the time to go to the province runs; said again, it is corrected',
  )
  deliverSanctionAppealConclusion(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: DeliverConclusionDto,
  ): Promise<SanctionAppealDetailDto> {
    return this.appeals.deliver(actor, id, version, body);
  }

  @Post(':id/take-back')
  @HttpCode(200)
  @Require('affairs:sanction-appeal:decide')
  @Returns(SanctionAppealDetailDto)
  @Summary('收回本人的表态，至作出结论为止', 'Take back what one said as a member, until it is decided')
  takeBackSanctionAppealOpinion(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<SanctionAppealDetailDto> {
    return this.appeals.takeBack(actor, id, version);
  }
}
