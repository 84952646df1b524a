import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, type Page, Summary, Returns } from '#http';
import { ClientKeys } from './client-keys.service.js';
import {
  AddClientKeyDto,
  ClientChangeDto,
  ClientDto,
  ClientKeyParams,
  CreateClientDto,
  IssuedClientDto,
  ListClientsQuery,
} from './clients.dto.js';
import { ClientsService } from './clients.service.js';

@ApiTags('clients')
@Controller('directory/v1/clients')
export class ClientsController {
  constructor(
    private readonly clients: ClientsService,
    private readonly keys: ClientKeys,
  ) {}

  @Get()
  @Require('directory:client:read')
  @Summary('接入应用列表', 'List client applications')
  @ApiPage(ClientDto)
  listClients(@CurrentActor() actor: Actor, @Query() query: ListClientsQuery): Promise<Page<ClientDto>> {
    return this.clients.list(actor, query);
  }

  @Get(':id')
  @Require('directory:client:read')
  @Summary('查看接入应用', 'Get a client application')
  @Returns(ClientDto)
  getClient(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ClientDto> {
    return this.clients.get(actor, id);
  }

  @Post()
  @Created()
  @Require('directory:client:write')
  @Summary('登记接入应用，应用密钥只显示这一次', 'Register a client application; its secret is shown only this once')
  @Returns(IssuedClientDto)
  createClient(@CurrentActor() actor: Actor, @Body() body: CreateClientDto): Promise<IssuedClientDto> {
    return this.clients.create(actor, body);
  }

  @Put(':id')
  @Require('directory:client:write')
  @Summary('修改接入应用的名称、地址与权限', 'Change the name, addresses and permissions of a client')
  @Returns(ClientDto)
  updateClient(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ClientChangeDto,
  ): Promise<ClientDto> {
    return this.clients.change(actor, id, version, body);
  }

  @Post(':id/secrets')
  @Require('directory:client:write')
  @Summary('生成新密钥，旧密钥仍有效直至废止', 'Make a second secret; the old one is good until it is retired')
  @Returns(IssuedClientDto)
  addClientSecret(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<IssuedClientDto> {
    return this.clients.addSecret(actor, id);
  }

  @Delete(':id/secrets/:secretId')
  @Require('directory:client:write')
  @Summary('废止一个密钥', 'Retire a secret')
  @Returns(ClientDto)
  retireClientSecret(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IdParam('secretId') secretId: string,
  ): Promise<ClientDto> {
    return this.clients.retireSecret(actor, id, secretId);
  }

  @Post(':id/keys')
  @HttpCode(200)
  @Require('directory:client:write')
  @Summary(
    '登记第二个公钥，旧公钥仍有效直至废止',
    'Register a second public key; the old one is good until it is retired',
  )
  @Returns(ClientDto)
  addClientKey(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() { publicKey }: AddClientKeyDto,
  ): Promise<ClientDto> {
    return this.keys.add(actor, id, publicKey);
  }

  @Delete(':id/keys/:kid')
  @Require('directory:client:write')
  @Summary('废止一个公钥', 'Retire a public key')
  @Returns(ClientDto)
  retireClientKey(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Param() { kid }: ClientKeyParams,
  ): Promise<ClientDto> {
    return this.keys.retire(actor, id, kid);
  }

  @Post(':id/deactivate')
  @HttpCode(200)
  @Require('directory:client:write')
  @Summary('停用应用，已发令牌随即失效', 'Deactivate a client; its tokens are refused within seconds')
  @Returns(ClientDto)
  deactivateClient(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<ClientDto> {
    return this.clients.deactivate(actor, id, version);
  }
}
