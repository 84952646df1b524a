import { Body, Controller, Get, HttpCode, Post, Put, Query, Req, type StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import {
  AnswerLanguage,
  ApiPage,
  BodyExample,
  Created,
  IdParam,
  IfMatch,
  type Language,
  MayNotFind,
  type Page,
  Returns,
  Summary,
  uploadedFile,
} from '#http';
import { ErrorSheetQuery, ReturnsErrorSheet } from '#service';
import {
  BringsQuery,
  ConnectorChangeDto,
  ConnectorDto,
  ConnectorsQuery,
  MakeConnectorDto,
  ProfileDto,
  ProfilesQuery,
} from './connectors.dto.js';
import { MappingDto } from './mapping.dto.js';
import { ReleaseDto, ConnectorRunDto, RunOptions, ConnectorRunsQuery } from './runs.dto.js';
import { ProposalDto, TrialDto } from './trials.dto.js';
import { ConnectorSources } from './connector-sources.service.js';
import { Connectors } from './connectors.service.js';
import { PullDto, ViewPullDto } from './sources.dto.js';
import { MAPPING_EXAMPLE } from './mapping.dto.js';
import { ConnectorRuns } from './runs.service.js';

const READ = 'integration:connector:read';
const WRITE = 'integration:connector:write';
const PUBLISH = 'integration:connector:publish';
const FILE = {
  schema: {
    type: 'object',
    required: ['file'],
    properties: { file: { type: 'string', format: 'binary', maxLength: 67_108_864, description: '文件 / The file' } },
  },
};

/** Connectors to the systems that a school has: how their files become rosters, and every run. */
@ApiTags('connectors')
@Controller('integration/v1/connectors')
export class ConnectorsController {
  constructor(
    private readonly connectors: Connectors,
    private readonly runs: ConnectorRuns,
    private readonly sources: ConnectorSources,
  ) {}

  @Post('proposals')
  @HttpCode(200)
  @Require(WRITE)
  @ApiConsumes('multipart/form-data')
  @ApiBody(FILE)
  @Returns(ProposalDto)
  @Summary('按样本文件建议映射，不保存任何内容', 'Propose a mapping for a sample file; nothing of it is kept')
  async proposeMapping(@Query() { brings }: BringsQuery, @Req() request: FastifyRequest): Promise<ProposalDto> {
    return this.connectors.propose(await uploadedFile(request), brings);
  }

  @Get()
  @Require(READ)
  @ApiPage(ConnectorDto)
  @Summary('列出对接', 'List connectors')
  listConnectors(@Query() query: ConnectorsQuery): Promise<Page<ConnectorDto>> {
    return this.connectors.list(query);
  }

  @Get(':id')
  @Require(READ)
  @Returns(ConnectorDto)
  @Summary('查看对接', 'See a connector')
  getConnector(@IdParam() id: string): Promise<ConnectorDto> {
    return this.connectors.get(id);
  }

  @Post()
  @Created()
  @Require(WRITE)
  @Returns(ConnectorDto)
  @Summary('建立对接', 'Make a connector')
  makeConnector(@CurrentActor() actor: Actor, @Body() body: MakeConnectorDto): Promise<ConnectorDto> {
    return this.connectors.make(actor, body);
  }

  @Put(':id')
  @Require(WRITE)
  @Returns(ConnectorDto)
  @Summary('修改名称', 'Change the name')
  changeConnector(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ConnectorChangeDto,
  ): Promise<ConnectorDto> {
    return this.connectors.change(actor, id, version, body);
  }

  @Post(':id/pause')
  @HttpCode(200)
  @Require(WRITE)
  @Returns(ConnectorDto)
  @Summary('暂停，不再接收文件', 'Pause it: no file is taken')
  pauseConnector(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ConnectorDto> {
    return this.connectors.pause(actor, id, version);
  }

  @Post(':id/resume')
  @HttpCode(200)
  @Require(WRITE)
  @Returns(ConnectorDto)
  @Summary('恢复', 'Resume it')
  resumeConnector(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ConnectorDto> {
    return this.connectors.resume(actor, id, version);
  }

  @Put(':id/source')
  @Require(WRITE)
  @Returns(ConnectorDto)
  @Summary('配置从 OneRoster 服务拉取', 'Say which OneRoster service it pulls from')
  setConnectorSource(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: PullDto,
  ): Promise<ConnectorDto> {
    return this.sources.fromOneRoster(actor, id, version, body);
  }

  @Put(':id/view')
  @Require(WRITE)
  @Returns(ConnectorDto)
  @Summary('配置从数据库视图拉取', 'Say which view of a database it pulls from')
  setConnectorView(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ViewPullDto,
  ): Promise<ConnectorDto> {
    return this.sources.fromView(actor, id, version, body);
  }

  @Post(':id/view/proposals')
  @HttpCode(200)
  @Require(WRITE)
  @Returns(ProposalDto)
  @Summary('按视图的列与前几行建议映射，不保存任何内容', 'Propose a mapping for the view; nothing of its rows is kept')
  proposeForView(@IdParam() id: string): Promise<ProposalDto> {
    return this.sources.proposeView(id);
  }

  @Post(':id/view/trials')
  @HttpCode(200)
  @Require(WRITE)
  @Returns(TrialDto)
  @Summary(
    '以视图的前几千行试运行草稿，不保存其内容',
    'Try the draft with the first rows of the view; nothing of them is kept',
  )
  tryWithView(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<TrialDto> {
    return this.sources.tryView(actor, id);
  }

  @Post(':id/source/forget')
  @HttpCode(200)
  @Require(WRITE)
  @Returns(ConnectorDto)
  @Summary('不再从任何服务或数据库拉取', 'Pull from no service or database any more')
  forgetConnectorSource(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ConnectorDto> {
    return this.sources.forget(actor, id, version);
  }

  @Post(':id/pulls')
  @HttpCode(202)
  @Require(WRITE)
  @Returns(ConnectorRunDto)
  @Summary('现在拉取', 'Pull it now')
  pullConnector(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() options: RunOptions,
  ): Promise<ConnectorRunDto> {
    return this.runs.pull(actor, id, options);
  }

  @Get(':id/profiles')
  @MayNotFind()
  @Require(READ)
  @ApiPage(ProfileDto)
  @Summary('列出映射的各版本', 'List the versions of the mapping')
  listProfiles(@IdParam() id: string, @Query() query: ProfilesQuery): Promise<Page<ProfileDto>> {
    return this.connectors.profiles(id, query);
  }

  @Put(':id/draft')
  @Require(WRITE)
  @BodyExample(MAPPING_EXAMPLE)
  @Returns(ProfileDto)
  @Summary('写映射草稿，须再试运行', 'Write the draft of the mapping, which must then be tried')
  draftMapping(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: MappingDto,
  ): Promise<ProfileDto> {
    return this.connectors.draft(actor, id, version, body);
  }

  @Post(':id/trials')
  @HttpCode(200)
  @Require(WRITE)
  @ApiConsumes('multipart/form-data')
  @ApiBody(FILE)
  @Returns(TrialDto)
  @Summary('以文件试运行草稿，不保存其内容', 'Try the draft with a file; nothing of it is kept')
  async tryMapping(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Req() request: FastifyRequest,
  ): Promise<TrialDto> {
    return this.connectors.try(actor, id, await uploadedFile(request));
  }

  @Post(':id/error-sheet')
  @HttpCode(200)
  @Require(WRITE)
  @ApiConsumes('multipart/form-data')
  @ApiBody(FILE)
  @ReturnsErrorSheet()
  @Summary('取得该文件带「错误」列的表，不保存其内容', 'The file with a column of errors; nothing of it is kept')
  async getConnectorErrorSheet(
    @IdParam() id: string,
    @Query() query: ErrorSheetQuery,
    @AnswerLanguage() language: Language,
    @Req() request: FastifyRequest,
  ): Promise<StreamableFile> {
    return this.connectors.errorSheet(id, await uploadedFile(request), query, language);
  }

  @Post(':id/publish')
  @HttpCode(200)
  @Require(PUBLISH)
  @Returns(ProfileDto)
  @Summary('发布草稿（由撰写人以外的人）', 'Publish the draft, by somebody who did not write it')
  publishMapping(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<ProfileDto> {
    return this.connectors.publish(actor, id, version);
  }

  @Post(':id/runs')
  @HttpCode(202)
  @Require(WRITE)
  @ApiConsumes('multipart/form-data')
  @ApiBody(FILE)
  @Returns(ConnectorRunDto)
  @Summary('送入全量文件', 'Hand in a full listing')
  async runConnector(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() options: RunOptions,
    @Req() request: FastifyRequest,
  ): Promise<ConnectorRunDto> {
    return this.runs.request(actor, id, await uploadedFile(request), options);
  }

  @Get(':id/runs')
  @MayNotFind()
  @Require(READ)
  @ApiPage(ConnectorRunDto)
  @Summary('列出历次运行', 'List the runs')
  listConnectorRuns(@IdParam() id: string, @Query() query: ConnectorRunsQuery): Promise<Page<ConnectorRunDto>> {
    return this.runs.list(id, query);
  }

  @Get(':id/runs/:runId')
  @Require(READ)
  @Returns(ConnectorRunDto)
  @Summary('查看一次运行', 'See a run')
  getConnectorRun(@IdParam() id: string, @IdParam('runId') runId: string): Promise<ConnectorRunDto> {
    return this.runs.get(id, runId);
  }

  @Post(':id/runs/:runId/release')
  @HttpCode(200)
  @Require(PUBLISH)
  @Returns(ConnectorRunDto)
  @Summary('放行被拦下的运行（由发起人以外的人）', 'Release a run that is held, by somebody who did not ask for it')
  releaseRun(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('runId') runId: string,
    @IfMatch() version: number,
    @Body() body: ReleaseDto,
  ): Promise<ConnectorRunDto> {
    return this.runs.release(actor, id, runId, version, body);
  }

  @Post(':id/runs/:runId/discard')
  @HttpCode(200)
  @Require(WRITE)
  @Returns(ConnectorRunDto)
  @Summary('放弃被拦下的运行', 'Discard a run that is held')
  discardRun(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('runId') runId: string,
    @IfMatch() version: number,
  ): Promise<ConnectorRunDto> {
    return this.runs.discard(actor, id, runId, version);
  }
}
