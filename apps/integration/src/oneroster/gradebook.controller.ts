import { applyDecorators, Body, Controller, Delete, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { Returns, Summary } from '#http';
import { Collections } from './collections.service.js';
import {
  PostLineItemsDto,
  PostResultsDto,
  PutCategoryDto,
  PutLineItemDto,
  PutResultDto,
  PutScoreScaleDto,
  SourcedIdPairsDto,
} from './gradebook.dto.js';
import { Gradebook } from './gradebook.service.js';
import { GRADEBOOK } from './objects.js';
import { addReads, errorAnswers, SourcedIdParam } from './reads.js';
import { GRADEBOOK_ROUTES, GRADES_DELETE, GRADES_POST, GRADES_PUT } from './routes.js';

const WITH_BODY = { 413: '请求体过大', 415: '不支持的类型', 422: '与名册或成绩册不符' };

/** The status says it all. */
const EMPTY = { 'text/plain': { schema: { type: 'string', maxLength: 0, pattern: '^$' }, example: '' } } as const;

const Puts = (path: string, zh: string, en: string): MethodDecorator =>
  applyDecorators(
    Put(`${path}/:sourcedId`),
    Require(GRADES_PUT),
    SourcedIdParam(),
    ApiResponse({ status: 200, description: '已修改 / Changed', content: EMPTY }),
    ApiResponse({ status: 201, description: '已新建 / Created', content: EMPTY }),
    ...errorAnswers({ ...WITH_BODY, 409: '冲突' }),
    Summary(`OneRoster：写入${zh}`, `OneRoster: put a ${en}`),
  );
const Posts = (path: string, zh: string, en: string): MethodDecorator =>
  applyDecorators(
    Post(path),
    Require(GRADES_POST),
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => SourcedIdParam(name)),
    ApiResponse({ status: 201, description: '已新建 / Created' }),
    Returns(SourcedIdPairsDto),
    ...errorAnswers({ ...WITH_BODY, 409: '冲突' }),
    Summary(`OneRoster：${zh}`, `OneRoster: ${en}`),
  );
const Deletes = (path: string, zh: string, en: string): MethodDecorator =>
  applyDecorators(
    Delete(`${path}/:sourcedId`),
    HttpCode(204),
    Require(GRADES_DELETE),
    SourcedIdParam(),
    ApiResponse({ status: 204, description: '已删除 / Deleted' }),
    ...errorAnswers({ 409: '仍被引用' }),
    Summary(`OneRoster：删除${zh}`, `OneRoster: delete a ${en}`),
  );

/** OneRoster 1.2 gradebook, without its profile of assessments; what reads is made from the table of routes. */
@ApiTags('oneroster')
@Controller(GRADEBOOK.slice(1))
export class GradebookController {
  constructor(
    readonly collections: Collections,
    private readonly gradebook: Gradebook,
  ) {}

  @Puts('categories', '评分类别', 'category')
  async putCategoryV1p2(
    @CurrentActor() actor: Actor,
    @Param('sourcedId') id: string,
    @Body() { category }: PutCategoryDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    reply.status((await this.gradebook.put(actor, 'category', id, category)) ? 201 : 200);
  }

  @Puts('scoreScales', '等级制', 'score scale')
  async putScoreScaleV1p2(
    @CurrentActor() actor: Actor,
    @Param('sourcedId') id: string,
    @Body() { scoreScale }: PutScoreScaleDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    reply.status((await this.gradebook.put(actor, 'scoreScale', id, scoreScale)) ? 201 : 200);
  }

  @Puts('lineItems', '评分项', 'line item')
  async putLineItemV1p2(
    @CurrentActor() actor: Actor,
    @Param('sourcedId') id: string,
    @Body() { lineItem }: PutLineItemDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    reply.status((await this.gradebook.put(actor, 'lineItem', id, lineItem)) ? 201 : 200);
  }

  @Puts('results', '成绩', 'result')
  async putResultV1p2(
    @CurrentActor() actor: Actor,
    @Param('sourcedId') id: string,
    @Body() { result }: PutResultDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    reply.status((await this.gradebook.put(actor, 'result', id, result)) ? 201 : 200);
  }

  @Posts('classes/:classSourcedId/lineItems', '新建班级的评分项', 'create line items of a class')
  postLineItemsForClassV1p2(
    @CurrentActor() actor: Actor,
    @Param('classSourcedId') ofClass: string,
    @Body() { lineItems }: PostLineItemsDto,
  ): Promise<SourcedIdPairsDto> {
    return this.gradebook.post(actor, 'lineItem', lineItems, { classes: ofClass });
  }

  @Posts('schools/:schoolSourcedId/lineItems', '新建学校的评分项', 'create line items of a school')
  postLineItemsForSchoolV1p2(
    @CurrentActor() actor: Actor,
    @Param('schoolSourcedId') school: string,
    @Body() { lineItems }: PostLineItemsDto,
  ): Promise<SourcedIdPairsDto> {
    return this.gradebook.post(actor, 'lineItem', lineItems, { schools: school });
  }

  @Posts('lineItems/:lineItemSourcedId/results', '新建评分项的成绩', 'create results of a line item')
  postResultsForLineItemV1p2(
    @CurrentActor() actor: Actor,
    @Param('lineItemSourcedId') lineItem: string,
    @Body() { results }: PostResultsDto,
  ): Promise<SourcedIdPairsDto> {
    return this.gradebook.post(actor, 'result', results, { lineItems: lineItem });
  }

  @Posts(
    'classes/:classSourcedId/academicSessions/:academicSessionSourcedId/results',
    '新建班级在一学期的成绩',
    'create results of a class in a term',
  )
  postResultsForAcademicSessionForClassV1p2(
    @CurrentActor() actor: Actor,
    @Param('classSourcedId') ofClass: string,
    @Param('academicSessionSourcedId') session: string,
    @Body() { results }: PostResultsDto,
  ): Promise<SourcedIdPairsDto> {
    return this.gradebook.post(actor, 'result', results, { classes: ofClass, academicSessions: session });
  }

  @Deletes('categories', '评分类别', 'category')
  deleteCategoryV1p2(@CurrentActor() actor: Actor, @Param('sourcedId') id: string): Promise<void> {
    return this.gradebook.delete(actor, 'category', id);
  }

  @Deletes('scoreScales', '等级制', 'score scale')
  deleteScoreScaleV1p2(@CurrentActor() actor: Actor, @Param('sourcedId') id: string): Promise<void> {
    return this.gradebook.delete(actor, 'scoreScale', id);
  }

  @Deletes('lineItems', '评分项及其成绩', 'line item, and its results')
  deleteLineItemV1p2(@CurrentActor() actor: Actor, @Param('sourcedId') id: string): Promise<void> {
    return this.gradebook.delete(actor, 'lineItem', id);
  }

  @Deletes('results', '成绩', 'result')
  deleteResultV1p2(@CurrentActor() actor: Actor, @Param('sourcedId') id: string): Promise<void> {
    return this.gradebook.delete(actor, 'result', id);
  }
}

addReads(GradebookController, GRADEBOOK_ROUTES);
