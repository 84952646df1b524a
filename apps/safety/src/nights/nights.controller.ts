import {
  Body,
  Controller,
  Get,
  HttpCode,
  Injectable,
  Param,
  type PipeTransform,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, IdParam, type Page, Summary, Returns } from '#http';
import { NotFound } from '#problems';
import { JobDto } from '#service';
import {
  FindingDto,
  FindingsQuery,
  FindingWithHistoryDto,
  NightDto,
  NightFindingsQuery,
  NightsQuery,
  RequestNightCheckDto,
} from './nights.dto.js';
import { Nights } from './nights.service.js';

/** A night in a path is a date; what is none does not exist. */
@Injectable()
class NightPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    const date = /^\d{4}-\d\d-\d\d$/.test(value) ? new Date(`${value}T00:00:00Z`) : new Date(NaN);
    if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== value)
      throw new NotFound({ what: 'night' });
    return value;
  }
}

const NightParam = (): MethodDecorator =>
  ApiParam({
    name: 'night',
    description: "夜晚（当晚的日期） / The evening's date",
    schema: { type: 'string', format: 'date', minLength: 10, maxLength: 10 },
    example: '2026-11-20',
  });

@ApiTags('night-checks')
@Controller('safety/v1/night-checks')
export class NightChecksController {
  constructor(private readonly nights: Nights) {}

  @Post()
  @HttpCode(202)
  @Require('safety:night-check:write')
  @Returns(JobDto)
  @Summary(
    '发起夜间核查（一晚或一段，须为全校范围）',
    'Run the night check for a night or a range; takes the right over the whole school',
  )
  async requestNightCheck(
    @CurrentActor() actor: Actor,
    @Body() body: RequestNightCheckDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobDto> {
    const job = await this.nights.request(actor, body);
    reply.header('Location', `/safety/v1/jobs/${job.id}`);
    return job;
  }

  @Get()
  @Require('safety:night-check:read')
  @ApiPage(NightDto)
  @Summary('列出已核查的夜晚，新的在前', 'List checked nights, newest first')
  listNightChecks(@CurrentActor() actor: Actor, @Query() query: NightsQuery): Promise<Page<NightDto>> {
    return this.nights.list(actor, query);
  }

  @Get(':night')
  @NightParam()
  @Require('safety:night-check:read')
  @Returns(NightDto)
  @Summary('查看一晚的核查结果与人数', "Get a night's check and its numbers")
  getNightCheck(@CurrentActor() actor: Actor, @Param('night', NightPipe) night: string): Promise<NightDto> {
    return this.nights.get(actor, night);
  }

  @Get(':night/findings')
  @NightParam()
  @Require('safety:night-check:read')
  @ApiPage(FindingDto)
  @Summary('列出一晚的晚归、未归等结果，按学号', "List a night's findings, by student number")
  listNightFindings(
    @CurrentActor() actor: Actor,
    @Param('night', NightPipe) night: string,
    @Query() query: NightFindingsQuery,
  ): Promise<Page<FindingDto>> {
    return this.nights.findingsOfNight(actor, night, query);
  }
}

@ApiTags('night-checks')
@Controller('safety/v1/findings')
export class FindingsController {
  constructor(private readonly nights: Nights) {}

  @Get()
  @Require('safety:night-check:read')
  @ApiPage(FindingDto)
  @Summary('列出晚归、未归等结果，新的在前', 'List findings, newest night first')
  listFindings(@CurrentActor() actor: Actor, @Query() query: FindingsQuery): Promise<Page<FindingDto>> {
    return this.nights.findings(actor, query);
  }

  @Get(':id')
  @Require('safety:night-check:read')
  @Returns(FindingWithHistoryDto)
  @Summary('查看一条结果及其更正历史', 'Get a finding and what stood before its amendments')
  getFinding(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<FindingWithHistoryDto> {
    return this.nights.getFinding(actor, id);
  }
}
