import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, BodyExample, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import {
  HolidayRegistrationDetailDto,
  HolidayRegistrationDto,
  HolidayRegistrationFormDto,
  HolidayRegistrationsQuery,
  HolidayReturnDto,
  RegisterHolidayDto,
  RegisterHolidayOnBehalfDto,
  RegistrationDecisionsDto,
  RegistrationResultDto,
  RejectRegistrationDto,
} from './registrations.dto.js';
import { HolidayRegistrations } from './registrations.service.js';

/** Where students are over a holiday (去向登记、留校登记), and their return (返校). */
@ApiTags('holiday-registrations')
@Controller('affairs/v1/holiday-registrations')
export class HolidayRegistrationsController {
  constructor(private readonly registrations: HolidayRegistrations) {}

  @Get()
  @Require('affairs:holiday-registration:read')
  @ApiPage(HolidayRegistrationDto)
  @Summary('列出去向登记', 'List registrations')
  listHolidayRegistrations(
    @CurrentActor() actor: Actor,
    @Query() query: HolidayRegistrationsQuery,
  ): Promise<Page<HolidayRegistrationDto>> {
    return this.registrations.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:holiday-registration:submit')
  @BodyExample({
    campaignId: '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f',
    studentId: '00000000-0000-7000-8000-003000000001',
    ...{ destination: 'home', region: '陕西省宝鸡市', contact: '家长电话', guardianTold: true },
  })
  @Returns(HolidayRegistrationDetailDto)
  @Summary('登记去向', 'Register where one will be')
  registerHoliday(
    @CurrentActor() actor: Actor,
    @Body() body: RegisterHolidayDto,
  ): Promise<HolidayRegistrationDetailDto> {
    return this.registrations.register(actor, body);
  }

  @Post('on-behalf')
  @MayNotFind()
  @Require('affairs:holiday-registration:decide')
  @Returns(HolidayRegistrationDetailDto)
  @Summary('代学生登记', 'Register what a student told')
  registerHolidayOnBehalf(
    @CurrentActor() actor: Actor,
    @Body() body: RegisterHolidayOnBehalfDto,
  ): Promise<HolidayRegistrationDetailDto> {
    return this.registrations.registerOnBehalf(actor, body);
  }

  @Post('decisions')
  @HttpCode(200)
  @Require('affairs:holiday-registration:decide')
  @Returns([RegistrationResultDto])
  @Summary('批量同意或不同意，逐条给出结果', 'Decide on many, with a result for each')
  decideHolidayRegistrations(
    @CurrentActor() actor: Actor,
    @Body() body: RegistrationDecisionsDto,
  ): Promise<RegistrationResultDto[]> {
    return this.registrations.decideMany(actor, body);
  }

  @Get(':id')
  @Require('affairs:holiday-registration:read')
  @Returns(HolidayRegistrationDetailDto)
  @Summary('查看登记；工作人员查看留有记录', 'See a registration; that staff did is recorded')
  getHolidayRegistration(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<HolidayRegistrationDetailDto> {
    return this.registrations.get(actor, id);
  }

  @Put(':id')
  @Require('affairs:holiday-registration:submit', 'affairs:holiday-registration:decide')
  @Returns(HolidayRegistrationDetailDto)
  @Summary('修改登记；已作的决定随之失效', 'Change a registration; what was decided on it does not carry over')
  changeHolidayRegistration(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: HolidayRegistrationFormDto,
  ): Promise<HolidayRegistrationDetailDto> {
    return this.registrations.change(actor, id, version, body);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @Require('affairs:holiday-registration:submit', 'affairs:holiday-registration:decide')
  @Returns(HolidayRegistrationDetailDto)
  @Summary('撤回登记', 'Withdraw a registration')
  withdrawHolidayRegistration(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<HolidayRegistrationDetailDto> {
    return this.registrations.withdraw(actor, id, version);
  }

  @Post(':id/approve')
  @HttpCode(200)
  @Require('affairs:holiday-registration:decide')
  @Returns(HolidayRegistrationDetailDto)
  @Summary('同意', 'Agree')
  approveHolidayRegistration(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<HolidayRegistrationDetailDto> {
    return this.registrations.approve(actor, id, version);
  }

  @Post(':id/reject')
  @HttpCode(200)
  @Require('affairs:holiday-registration:decide')
  @Returns(HolidayRegistrationDetailDto)
  @Summary('不同意，写明理由', 'Refuse, with why')
  rejectHolidayRegistration(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: RejectRegistrationDto,
  ): Promise<HolidayRegistrationDetailDto> {
    return this.registrations.reject(actor, id, version, body.reason);
  }

  @Post(':id/take-back')
  @HttpCode(200)
  @Require('affairs:holiday-registration:decide')
  @Returns(HolidayRegistrationDetailDto)
  @Summary('收回决定', 'Take back what was decided')
  takeBackHolidayDecision(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<HolidayRegistrationDetailDto> {
    return this.registrations.takeBack(actor, id, version);
  }

  @Post(':id/return')
  @HttpCode(200)
  @Require('affairs:holiday-registration:submit', 'affairs:holiday-registration:decide')
  @Returns(HolidayRegistrationDetailDto)
  @Summary('报告返校', 'Report the return')
  reportHolidayReturn(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: HolidayReturnDto,
  ): Promise<HolidayRegistrationDetailDto> {
    return this.registrations.reportReturn(actor, id, version, body);
  }

  @Post(':id/undo-return')
  @HttpCode(200)
  @Require('affairs:holiday-registration:submit', 'affairs:holiday-registration:decide')
  @Returns(HolidayRegistrationDetailDto)
  @Summary('更正：尚未返校', 'Correct: not back yet')
  undoHolidayReturn(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<HolidayRegistrationDetailDto> {
    return this.registrations.undoReturn(actor, id, version);
  }
}
