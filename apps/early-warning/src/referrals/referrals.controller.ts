import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { MergeReferralDto, ReferralAnswerDto, ReferralDto, ReferralsQuery, SendReferralDto } from './referrals.dto.js';
import { ReferralKind } from './referrals.policy.js';
import { Referrals } from './referrals.service.js';

/** What people noticed of a student (反映). */
@ApiTags('referrals')
@Controller('early-warning/v1/referrals')
@Require('early-warning:referral:send', 'early-warning:referral:handle')
export class ReferralsController {
  constructor(private readonly referrals: Referrals) {}

  @Get()
  @ApiPage(ReferralDto)
  @Summary(
    '列出反映：本人提交的，或所负责学生的；查看留有记录',
    'List referrals one sent, or of one’s students; recorded',
  )
  listReferrals(@CurrentActor() actor: Actor, @Query() query: ReferralsQuery): Promise<Page<ReferralDto>> {
    return this.referrals.list(actor, query);
  }

  @Get('kinds')
  @Returns([ReferralKind])
  @Summary('列出反映的种类', 'List the kinds of what one may tell')
  listReferralKinds(): Promise<ReferralKind[]> {
    return this.referrals.kinds();
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('early-warning:referral:send')
  @Returns(ReferralDto)
  @Summary(
    '反映情况或表扬；匿名以学校规则为准',
    'Tell of a student, trouble or praise; anonymously where the school lets one',
  )
  sendReferral(@CurrentActor() actor: Actor, @Body() body: SendReferralDto): Promise<ReferralDto> {
    return this.referrals.send(actor, body);
  }

  @Get(':id')
  @Returns(ReferralDto)
  @Summary('查看反映；查看留有记录', 'See a referral; recorded')
  getReferral(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ReferralDto> {
    return this.referrals.get(actor, id);
  }

  @Post(':id/take-up')
  @HttpCode(200)
  @Require('early-warning:referral:handle')
  @Returns(ReferralDto)
  @Summary('受理', 'Take it up')
  takeUpReferral(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ReferralDto> {
    return this.referrals.takeUp(actor, id, version);
  }

  @Post(':id/merge')
  @HttpCode(200)
  @Require('early-warning:referral:handle')
  @Returns(ReferralDto)
  @Summary('并入该学生的个案', 'Take it into a care case of the student')
  mergeReferral(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: MergeReferralDto,
  ): Promise<ReferralDto> {
    return this.referrals.merge(actor, id, version, body.caseId);
  }

  @Post(':id/set-aside')
  @HttpCode(200)
  @Require('early-warning:referral:handle')
  @Returns(ReferralDto)
  @Summary('搁置并说明理由', 'Set it aside, with a reason')
  setReferralAside(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ReferralAnswerDto,
  ): Promise<ReferralDto> {
    return this.referrals.setAside(actor, id, version, body.answer);
  }

  @Post(':id/close')
  @HttpCode(200)
  @Require('early-warning:referral:handle')
  @Returns(ReferralDto)
  @Summary('办结', 'Close it')
  closeReferral(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ReferralAnswerDto,
  ): Promise<ReferralDto> {
    return this.referrals.close(actor, id, version, body.answer);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Returns(ReferralDto)
  @Summary('撤回本人提交、尚未受理的反映', 'Withdraw what one sent, until it is taken up')
  withdrawReferral(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ReferralDto> {
    return this.referrals.withdraw(actor, id, version);
  }
}
