import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { MergeDetailDto, MergeDto, MergePairDto, MergePreviewDto, MergesQuery, ProposeMergeDto } from './merges.dto.js';
import { Merges } from './merges.service.js';

@ApiTags('merges')
@Controller('directory/v1/merges')
@Require('directory:person:merge')
export class MergesController {
  constructor(private readonly merges: Merges) {}

  @Get()
  @ApiPage(MergeDto)
  @Summary('列出重复人员档案的合并', 'List merges of two records of a person')
  listMerges(@CurrentActor() actor: Actor, @Query() query: MergesQuery): Promise<Page<MergeDto>> {
    return this.merges.list(actor, query);
  }

  @Get(':id')
  @Returns(MergeDetailDto)
  @Summary('查看一项合并及其变动', 'See a merge, and what it changed')
  getMerge(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<MergeDetailDto> {
    return this.merges.get(actor, id);
  }

  @Post('preview')
  @HttpCode(200)
  @MayNotFind()
  @Returns(MergePreviewDto)
  @Summary('预览合并：名册中会移动、截短或去掉什么', 'What a merge would move, cut and leave out in the roster')
  previewMerge(@CurrentActor() actor: Actor, @Body() body: MergePairDto): Promise<MergePreviewDto> {
    return this.merges.preview(actor, body);
  }

  @Post()
  @Created()
  @MayNotFind()
  @Returns(MergeDetailDto)
  @Summary(
    '提出合并；各服务随即核对是否仍有被放弃档案的数据',
    'Propose a merge; services are asked whether they have rows of the record that is given up',
  )
  proposeMerge(@CurrentActor() actor: Actor, @Body() body: ProposeMergeDto): Promise<MergeDetailDto> {
    return this.merges.propose(actor, body);
  }

  @Post(':id/check')
  @HttpCode(200)
  @Returns(MergeDetailDto)
  @Summary('再次向各服务核对', 'Ask the services once more')
  checkMerge(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<MergeDetailDto> {
    return this.merges.check(actor, id, version);
  }

  @Post(':id/confirm')
  @HttpCode(200)
  @Returns(MergeDetailDto)
  @Summary(
    '确认合并（须为提出者以外的人员）；再次核对后完成',
    'Confirm a merge, as a person who did not propose it; it is done when the services were asked once more',
  )
  confirmMerge(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<MergeDetailDto> {
    return this.merges.confirm(actor, id, version);
  }

  @Post(':id/refuse')
  @HttpCode(200)
  @Returns(MergeDetailDto)
  @Summary('不予合并，或由提出者收回', 'Refuse a merge, or take back one’s own')
  refuseMerge(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<MergeDetailDto> {
    return this.merges.refuse(actor, id, version);
  }

  @Post(':id/undo')
  @HttpCode(200)
  @Returns(MergeDetailDto)
  @Summary('撤销合并，恢复原状', 'Undo a merge: everything is put back as it was')
  undoMerge(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<MergeDetailDto> {
    return this.merges.undo(actor, id, version);
  }
}
