import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { AppealDto, SanctionAppealDetailDto } from './appeals.dto.js';
import { SanctionAppeals } from './appeals.service.js';
import {
  DeliverSanctionDto,
  RecordSanctionDto,
  SanctionDetailDto,
  SanctionDto,
  SanctionReasonDto,
  SanctionsQuery,
} from './sanctions.dto.js';
import { Sanctions } from './sanctions.service.js';

/** Sanctions (处分). */
@ApiTags('sanctions')
@Controller('affairs/v1/sanctions')
export class SanctionsController {
  constructor(
    private readonly sanctions: Sanctions,
    private readonly appeals: SanctionAppeals,
  ) {}

  @Get()
  @Require('affairs:sanction:read')
  @ApiPage(SanctionDto)
  @Summary(
    '列出处分：本人的，或所负责学生的；查看留有记录',
    'List sanctions: one’s own, or of one’s students; recorded',
  )
  listSanctions(@CurrentActor() actor: Actor, @Query() query: SanctionsQuery): Promise<Page<SanctionDto>> {
    return this.sanctions.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:sanction:record')
  @Returns(SanctionDetailDto)
  @Summary('登记处分决定', 'Record a sanction that was decided')
  recordSanction(@CurrentActor() actor: Actor, @Body() body: RecordSanctionDto): Promise<SanctionDetailDto> {
    return this.sanctions.record(actor, body);
  }

  @Get(':id')
  @Require('affairs:sanction:read')
  @Returns(SanctionDetailDto)
  @Summary('查看处分；工作人员查看留有记录', 'See a sanction; that staff did is recorded')
  getSanction(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<SanctionDetailDto> {
    return this.sanctions.get(actor, id);
  }

  @Post(':id/deliver')
  @HttpCode(200)
  @Require('affairs:sanction:record')
  @Returns(SanctionDetailDto)
  @Summary('登记送达，或更正送达日期', 'Record that it was delivered, or correct when')
  deliverSanction(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: DeliverSanctionDto,
  ): Promise<SanctionDetailDto> {
    return this.sanctions.deliver(actor, id, version, body);
  }

  @Post(':id/lift')
  @HttpCode(200)
  @Require('affairs:sanction:record')
  @Returns(SanctionDetailDto)
  @Summary('解除处分', 'Lift a sanction')
  liftSanction(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: SanctionReasonDto,
  ): Promise<SanctionDetailDto> {
    return this.sanctions.end(actor, id, version, 'lift', body.reason);
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @Require('affairs:sanction:record')
  @Returns(SanctionDetailDto)
  @Summary('撤销处分：视为从未生效', 'Revoke a sanction: it never counted')
  revokeSanction(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: SanctionReasonDto,
  ): Promise<SanctionDetailDto> {
    return this.sanctions.end(actor, id, version, 'revoke', body.reason);
  }

  @Post(':id/restore')
  @HttpCode(200)
  @Require('affairs:sanction:record')
  @Returns(SanctionDetailDto)
  @Summary('收回误登的解除或撤销', 'Take back that it was lifted or revoked')
  restoreSanction(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<SanctionDetailDto> {
    return this.sanctions.restore(actor, id, version);
  }

  @Post(':id/appeals')
  @Created()
  @Require('affairs:sanction:appeal')
  @Returns(SanctionAppealDetailDto)
  @Summary('对本人的处分提出申诉', 'Appeal against a sanction of one’s own')
  appealSanction(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() body: AppealDto,
  ): Promise<SanctionAppealDetailDto> {
    return this.appeals.make(actor, id, body.text);
  }
}
