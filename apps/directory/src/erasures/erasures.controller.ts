import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { ErasureDto, ErasuresQuery, RequestErasureDto } from './erasures.dto.js';
import { Erasures } from './erasures.service.js';

@ApiTags('erasures')
@Controller('directory/v1/erasures')
export class ErasuresController {
  constructor(private readonly erasures: Erasures) {}

  @Get()
  @Require('directory:student:erase')
  @ApiPage(ErasureDto)
  @Summary('列出学生个人信息的删除', "List erasures of students' personal data")
  listErasures(@CurrentActor() actor: Actor, @Query() query: ErasuresQuery): Promise<Page<ErasureDto>> {
    return this.erasures.list(actor, query);
  }

  @Get(':id')
  @Require('directory:student:erase')
  @Returns(ErasureDto)
  @Summary('查看一项删除', 'See an erasure')
  getErasure(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ErasureDto> {
    return this.erasures.get(actor, id);
  }

  @Post()
  @Created()
  @MayNotFind()
  @Require('directory:student:erase')
  @Returns(ErasureDto)
  @Summary(
    '申请删除已离校学生的个人信息；等待期满后不可恢复',
    'Ask for the erasure of the personal data of a student who has left; after the time to wait it cannot be taken back',
  )
  requestErasure(@CurrentActor() actor: Actor, @Body() body: RequestErasureDto): Promise<ErasureDto> {
    return this.erasures.request(actor, body);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Require('directory:student:erase')
  @Returns(ErasureDto)
  @Summary('在等待期内撤销删除', 'Cancel an erasure that is waiting')
  cancelErasure(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<ErasureDto> {
    return this.erasures.cancel(actor, id, version);
  }
}
