import { Body, Controller, Get, HttpCode, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, BodyExample, Created, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import { JobDto } from '#service';
import { Campaigns } from './campaigns.service.js';
import { ShowcasePacks } from './packs.service.js';
import { CampaignDto, CampaignRulesDto, CampaignsQuery } from './showcase.dto.js';

const EXAMPLE = {
  title: '相伴·成长——学生社区风采展示',
  year: 2026,
  phases: {
    upload: { from: '2026-05-01', to: '2026-08-31' },
    nominate: { from: '2026-09-01', to: '2026-09-30' },
    select: { from: '2026-10-01', to: '2026-10-31' },
  },
};

/** Showcase campaigns (风采展示). */
@ApiTags('showcase')
@Controller('affairs/v1/showcase/campaigns')
export class CampaignsController {
  constructor(
    private readonly campaigns: Campaigns,
    private readonly packs: ShowcasePacks,
  ) {}

  @Get()
  @Require('affairs:showcase:read')
  @ApiPage(CampaignDto)
  @Summary('列出风采展示活动', 'List showcase campaigns')
  listCampaigns(@Query() query: CampaignsQuery): Promise<Page<CampaignDto>> {
    return this.campaigns.list(query);
  }

  @Post()
  @Created()
  @Require('affairs:showcase:manage')
  @BodyExample(EXAMPLE)
  @Returns(CampaignDto)
  @Summary('开展风采展示活动', 'Open a showcase campaign')
  openCampaign(@CurrentActor() actor: Actor, @Body() body: CampaignRulesDto): Promise<CampaignDto> {
    return this.campaigns.open(actor, body);
  }

  @Get(':id')
  @Require('affairs:showcase:read')
  @Returns(CampaignDto)
  @Summary('查看活动', 'See a campaign')
  getCampaign(@IdParam() id: string): Promise<CampaignDto> {
    return this.campaigns.get(id);
  }

  @Put(':id')
  @Require('affairs:showcase:manage')
  @BodyExample(EXAMPLE)
  @Returns(CampaignDto)
  @Summary('修改活动；已有推荐不变', 'Change a campaign; what is nominated stays')
  changeCampaign(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: CampaignRulesDto,
  ): Promise<CampaignDto> {
    return this.campaigns.change(actor, id, version, body);
  }

  @Post(':id/packs')
  @HttpCode(202)
  @Require('affairs:showcase:manage')
  @Returns(JobDto)
  @Summary(
    '导出推荐材料包（ZIP，附 SHA-256 清单）；任务结果的 fileId 按文件下载',
    'Pack what is nominated (ZIP with a list of SHA-256); the job’s fileId is downloaded as files are',
  )
  async packCampaign(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobDto> {
    const job = await this.packs.request(actor, id);
    reply.header('Location', `/affairs/v1/jobs/${job.id}`);
    return job;
  }
}
