import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { MakePayrollDto, PayrollDto, PayrollLineDto, PayrollLinesQuery, PayrollsQuery } from './payrolls.dto.js';
import { Payrolls } from './payrolls.service.js';

/** Payrolls of work-study (勤工助学工资单). */
@ApiTags('work-study')
@Controller('affairs/v1/payrolls')
export class PayrollsController {
  constructor(private readonly payrolls: Payrolls) {}

  @Get()
  @Require('affairs:work-study:pay')
  @ApiPage(PayrollDto)
  @Summary('列出工资单', 'List payrolls')
  listPayrolls(@CurrentActor() actor: Actor, @Query() query: PayrollsQuery): Promise<Page<PayrollDto>> {
    return this.payrolls.list(actor, query);
  }

  @Post()
  @MayNotFind()
  @Created()
  @Require('affairs:work-study:pay')
  @Returns(PayrollDto)
  @Summary(
    '计算工资单：首份为应发，其后为更正',
    'Work a payroll out: the first of a month is what is due, later ones correct',
  )
  makePayroll(@CurrentActor() actor: Actor, @Body() body: MakePayrollDto): Promise<PayrollDto> {
    return this.payrolls.make(actor, body);
  }

  @Get('lines')
  @Require('affairs:work-study:pay', 'affairs:work-study:apply')
  @ApiPage(PayrollLineDto)
  @Summary(
    '列出工资单的行，可导出 .xlsx；学生见本人已锁定的',
    'List rows, as .xlsx too; a student sees their own of what is closed',
  )
  listPayrollLines(@CurrentActor() actor: Actor, @Query() query: PayrollLinesQuery): Promise<Page<PayrollLineDto>> {
    return this.payrolls.lines(actor, query);
  }

  @Get(':id')
  @Require('affairs:work-study:pay')
  @Returns(PayrollDto)
  @Summary('查看工资单', 'See a payroll')
  getPayroll(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<PayrollDto> {
    return this.payrolls.get(actor, id);
  }

  @Post(':id/recompute')
  @HttpCode(200)
  @Require('affairs:work-study:pay')
  @Returns(PayrollDto)
  @Summary('重新计算', 'Work it out anew')
  recomputePayroll(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<PayrollDto> {
    return this.payrolls.recompute(actor, id, version);
  }

  @Post(':id/close')
  @HttpCode(200)
  @Require('affairs:work-study:pay')
  @Returns(PayrollDto)
  @Summary('锁定，不再更改', 'Close it: it never changes any more')
  closePayroll(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<PayrollDto> {
    return this.payrolls.close(actor, id, version);
  }

  @Post(':id/discard')
  @HttpCode(200)
  @Require('affairs:work-study:pay')
  @Returns(PayrollDto)
  @Summary('作废未锁定的工资单', 'Discard it before it is closed')
  discardPayroll(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<PayrollDto> {
    return this.payrolls.discard(actor, id, version);
  }
}
