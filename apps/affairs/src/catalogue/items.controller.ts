import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, BodyExample, BodyLimit, Created, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import { ItemContent } from './item-content.js';
import { ExportItemsQuery, ImportItemsDto, ItemFileDto, ItemImportDto } from './item-files.dto.js';
import {
  ItemDiffDto,
  ItemDiffQuery,
  ItemDraftDto,
  ItemFileEntry,
  ItemFindingsDto,
  ItemVersionDto,
  ItemVersionQuery,
  ItemVersionsQuery,
} from './item-versions.dto.js';
import { ITEM_EXAMPLE, ItemDetailDto, ItemDto, ItemsQuery } from './items.dto.js';
import { ItemFiles } from './item-files.service.js';
import { Items } from './items.service.js';

const EXAMPLE = { code: 'network-repair', ...ITEM_EXAMPLE };
/** Bytes of a file of items. */
const FILE = 8_388_608;

@ApiTags('items')
@Controller('affairs/v1/items')
export class ItemsController {
  constructor(
    private readonly items: Items,
    private readonly files: ItemFiles,
  ) {}

  @Get()
  @Require('affairs:item:read')
  @ApiPage(ItemDto)
  @Summary('列出服务事项', 'List the items of the service catalogue')
  listItems(@CurrentActor() actor: Actor, @Query() query: ItemsQuery): Promise<Page<ItemDto>> {
    return this.items.list(actor, query);
  }

  @Post()
  @Created()
  @Require('affairs:item:draft')
  @BodyExample(EXAMPLE)
  @Returns(ItemDraftDto)
  @Summary('起草新事项', 'Draft a new item')
  draftItem(@CurrentActor() actor: Actor, @Body() body: ItemFileEntry): Promise<ItemDraftDto> {
    return this.items.draft(actor, body);
  }

  @Post('check')
  @HttpCode(200)
  @Require('affairs:item:draft')
  @BodyExample(EXAMPLE)
  @Returns(ItemFindingsDto)
  @Summary('检查事项内容，不保存', 'Check an item without storing it')
  checkItem(@CurrentActor() actor: Actor, @Body() body: ItemFileEntry): Promise<ItemFindingsDto> {
    return this.items.check(actor, body);
  }

  @Get('export')
  @Require('affairs:item:draft')
  @Returns(ItemFileDto)
  @Summary('导出在办事项', 'Export the items that are offered')
  exportItems(@CurrentActor() actor: Actor, @Query() query: ExportItemsQuery): Promise<ItemFileDto> {
    return this.files.export(actor, query);
  }

  @Post('import')
  @HttpCode(200)
  @Require('affairs:item:draft')
  @BodyLimit(FILE)
  @BodyExample({ items: [EXAMPLE], dryRun: true })
  @Returns(ItemImportDto)
  @Summary('导入事项为草稿', 'Import items as drafts')
  importItems(@CurrentActor() actor: Actor, @Body() body: ImportItemsDto): Promise<ItemImportDto> {
    return this.files.import(actor, body);
  }

  @Get(':id')
  @Require('affairs:item:read')
  @Returns(ItemDetailDto)
  @Summary('查看事项、表单及本人是否可办', 'See an item, its form, and whether the caller may apply')
  getItem(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() { number }: ItemVersionQuery,
  ): Promise<ItemDetailDto> {
    return this.items.get(actor, id, number);
  }

  @Get(':id/versions')
  @Require('affairs:item:read')
  @ApiPage(ItemVersionDto)
  @Summary('列出事项的各个版本', 'List the versions of an item')
  listItemVersions(@IdParam() id: string, @Query() query: ItemVersionsQuery): Promise<Page<ItemVersionDto>> {
    return this.items.versions(id, query);
  }

  @Get(':id/diff')
  @Require('affairs:item:read')
  @Returns(ItemDiffDto)
  @Summary('比较两个版本', 'Compare two versions')
  diffItem(@CurrentActor() actor: Actor, @IdParam() id: string, @Query() query: ItemDiffQuery): Promise<ItemDiffDto> {
    return this.items.diff(actor, id, query);
  }

  @Get(':id/draft')
  @Require('affairs:item:draft', 'affairs:item:publish')
  @Returns(ItemDraftDto)
  @Summary('查看草稿', 'See the draft')
  getItemDraft(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ItemDraftDto> {
    return this.items.draftOf(actor, id);
  }

  @Put(':id/draft')
  @Require('affairs:item:draft')
  @BodyExample(ITEM_EXAMPLE)
  @Returns(ItemDraftDto)
  @Summary('写入草稿', 'Write the draft')
  writeItemDraft(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ItemContent,
  ): Promise<ItemDraftDto> {
    return this.items.write(actor, id, version, body);
  }

  @Delete(':id/draft')
  @HttpCode(204)
  @Require('affairs:item:draft')
  @Summary('删除草稿；从未发布的事项一并删除', 'Discard the draft; an item that was never published goes with it')
  discardItemDraft(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<void> {
    return this.items.discard(actor, id, version);
  }

  @Get(':id/findings')
  @Require('affairs:item:draft', 'affairs:item:publish')
  @Returns(ItemFindingsDto)
  @Summary('检查草稿；没有时检查在用版本', 'Check the draft, or where there is none the version in force')
  getItemFindings(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<ItemFindingsDto> {
    return this.items.checkStored(actor, id);
  }

  @Post(':id/publish')
  @HttpCode(200)
  @Require('affairs:item:publish')
  @Returns(ItemDraftDto)
  @Summary('发布他人撰写的草稿', 'Publish a draft that others wrote')
  publishItem(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<ItemDraftDto> {
    return this.items.publish(actor, id, version);
  }

  @Post(':id/retire')
  @HttpCode(200)
  @Require('affairs:item:publish')
  @Returns(ItemDraftDto)
  @Summary('停办：不再接受新的申请', 'Retire: no new applications')
  retireItem(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<ItemDraftDto> {
    return this.items.retire(actor, id, version);
  }

  @Post(':id/restore')
  @HttpCode(200)
  @Require('affairs:item:publish')
  @Returns(ItemDraftDto)
  @Summary('恢复办理', 'Offer a retired item again')
  restoreItem(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<ItemDraftDto> {
    return this.items.restore(actor, id, version);
  }
}
