import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { Summary } from '#http';
import { NotFound } from '#problems';
import { type ListResponse, listResponse, type Resource, ROOT, SCIM_TYPE, selected } from './answers.js';
import { configOf, type Discovered, resourceTypesOf, schemasOf } from './discovery.js';
import { Answers, ScimId, Takes } from './openapi.js';
import { USER_SCHEMA } from './resources.js';
import { ScimListQuery, SearchRequest, SelectionQuery } from './scim.dto.js';
import { matches, Scim } from './scim.service.js';
import { selectionOf } from './selection.js';
import './errors.js';

const UUID = '^[0-9A-Za-z-]+$';
const ID = '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f';

/** SCIM 2.0 (RFC 7643, RFC 7644): accounts of staff, and the units they are in. */
@ApiTags('scim')
@Controller(ROOT.slice(1))
@Require('integration:scim:read', 'integration:scim:manage')
export class ScimController {
  constructor(private readonly scim: Scim) {}

  @Get('ServiceProviderConfig')
  @Answers('ScimObject')
  @Summary('SCIM：查看支持的功能', 'SCIM: see what is supported')
  getScimServiceProviderConfig(@Res({ passthrough: true }) reply: FastifyReply): object {
    return sent(reply, configOf(this.scim.root));
  }

  @Get('ResourceTypes')
  @Answers('ScimList')
  @Summary('SCIM：列出资源种类', 'SCIM: list the types of resources')
  listScimResourceTypes(@Res({ passthrough: true }) reply: FastifyReply): ListResponse {
    return sent(reply, listResponse(resourceTypesOf(this.scim.root)));
  }

  @Get('ResourceTypes/:id')
  @Answers('ScimObject')
  @ScimId('^[A-Za-z]+$', 'User')
  @Summary('SCIM：查看一种资源', 'SCIM: see a type of resource')
  getScimResourceType(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Discovered {
    return sent(reply, named(resourceTypesOf(this.scim.root), id));
  }

  @Get('Schemas')
  @Answers('ScimList')
  @Summary('SCIM：列出各种类的属性', 'SCIM: list the attributes of each type')
  async listScimSchemas(@Res({ passthrough: true }) reply: FastifyReply): Promise<ListResponse> {
    return sent(reply, listResponse(schemasOf(this.scim.root, await this.scim.departments())));
  }

  @Get('Schemas/:id')
  @Answers('ScimObject')
  @ScimId('^[A-Za-z0-9:.]+$', USER_SCHEMA)
  @Summary('SCIM：查看一种类的属性', 'SCIM: see the attributes of a type')
  async getScimSchema(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<Discovered> {
    return sent(reply, named(schemasOf(this.scim.root, await this.scim.departments()), id));
  }

  @Get('Users')
  @Answers('ScimList')
  @Summary('SCIM：列出教职工账号', 'SCIM: list accounts of staff')
  async listScimUsers(
    @CurrentActor() actor: Actor,
    @Query() query: ScimListQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListResponse> {
    return sent(reply, await this.scim.list(actor, 'Users', query, selectionOf(query)));
  }

  @Post('Users/.search')
  @HttpCode(200)
  @Answers('ScimList')
  @Summary('SCIM：查找教职工账号', 'SCIM: find accounts of staff')
  async searchScimUsers(
    @CurrentActor() actor: Actor,
    @Body() body: SearchRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListResponse> {
    return sent(reply, await this.scim.list(actor, 'Users', body, selectionOf(body)));
  }

  @Get('Users/:id')
  @Answers('ScimUser')
  @ScimId(UUID, ID)
  @Summary('SCIM：查看一个教职工账号', 'SCIM: see an account')
  async getScimUser(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Query() query: SelectionQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | undefined> {
    return shown(request, reply, await this.scim.get(actor, 'Users', id), query);
  }

  @Post('Users')
  @Require('integration:scim:manage')
  @Takes('ScimUser')
  @Answers('ScimUser', 201)
  @Summary('SCIM：开通一个教职工账号', 'SCIM: provision an account')
  async createScimUser(
    @Body() body: object,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | undefined> {
    const user = await this.scim.create(request.headers.authorization!, body);
    reply.header('Location', user.meta.location);
    return shown(request, reply, user);
  }

  @Put('Users/:id')
  @Require('integration:scim:manage')
  @Takes('ScimUser')
  @Answers('ScimUser')
  @ScimId(UUID, ID)
  @Summary('SCIM：替换一个教职工账号', 'SCIM: replace an account')
  async replaceScimUser(
    @Param('id') id: string,
    @Body() body: object,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | undefined> {
    const { authorization, 'if-match': ifMatch } = request.headers;
    return shown(request, reply, await this.scim.replace(authorization!, id, body, ifMatch));
  }

  @Patch('Users/:id')
  @Require('integration:scim:manage')
  @Takes('ScimPatch')
  @Answers('ScimUser')
  @ScimId(UUID, ID)
  @Summary('SCIM：修改一个教职工账号', 'SCIM: change an account')
  async patchScimUser(
    @Param('id') id: string,
    @Body() body: object,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | undefined> {
    const { authorization, 'if-match': ifMatch } = request.headers;
    return shown(request, reply, await this.scim.patch(authorization!, id, body, ifMatch));
  }

  @Delete('Users/:id')
  @HttpCode(204)
  @Require('integration:scim:manage')
  @Answers()
  @ScimId(UUID, ID)
  @Summary('SCIM：账号离开名册（不删除人员）', 'SCIM: an account leaves the roster; the person is not deleted')
  deleteScimUser(@Param('id') id: string, @Req() request: FastifyRequest): Promise<void> {
    const { authorization, 'if-match': ifMatch } = request.headers;
    return this.scim.delete(authorization!, id, ifMatch);
  }

  @Get('Groups')
  @Answers('ScimList')
  @Summary('SCIM：列出单位及其教职工', 'SCIM: list units and their staff')
  async listScimGroups(
    @CurrentActor() actor: Actor,
    @Query() query: ScimListQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListResponse> {
    return sent(reply, await this.scim.list(actor, 'Groups', query, selectionOf(query)));
  }

  @Get('Groups/:id')
  @Answers('ScimGroup')
  @ScimId(UUID, ID)
  @Summary('SCIM：查看一个单位及其教职工', 'SCIM: see a unit and its staff')
  async getScimGroup(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Query() query: SelectionQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object | undefined> {
    return shown(request, reply, await this.scim.get(actor, 'Groups', id), query);
  }
}

function sent<T>(reply: FastifyReply, answer: T): T {
  reply.type(`${SCIM_TYPE}; charset=utf-8`);
  return answer;
}

/** A resource with its ETag; 304 when the caller has this very version. */
function shown(
  request: FastifyRequest,
  reply: FastifyReply,
  resource: Resource,
  query: SelectionQuery = {},
): object | undefined {
  const { version } = resource.meta;
  reply.header('ETag', version);
  const known = request.headers['if-none-match'];
  if (request.method === 'GET' && known !== undefined && matches(known, version)) {
    reply.status(304);
    return undefined;
  }
  return sent(reply, selected(resource, selectionOf(query)));
}

function named(all: Discovered[], id: string): Discovered {
  const found = all.find((one) => one.id.toLowerCase() === id.toLowerCase());
  if (!found) throw new NotFound({ what: 'schema' });
  return found;
}
