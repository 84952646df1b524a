import { Body, Controller, Delete, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, type Page, Returns, Summary } from '#http';
import { KindTemplateDto, PreviewDto, TemplateDto, TemplateFormDto, TemplatesQuery } from './templates.dto.js';
import { Templates } from './templates.service.js';

/** The words of messages. */
@ApiTags('message-templates')
@Controller('integration/v1/message-templates')
@Require('integration:template:write')
export class TemplatesController {
  constructor(private readonly templates: Templates) {}

  @Get()
  @ApiPage(TemplateDto)
  @Summary('列出模板的草稿与各版', 'List drafts and versions of templates')
  listTemplates(@CurrentActor() actor: Actor, @Query() query: TemplatesQuery): Promise<Page<TemplateDto>> {
    return this.templates.list(actor, query);
  }

  @Get('kinds')
  @Returns([KindTemplateDto])
  @Summary('各种消息现用的模板与可用变量', 'What each kind of message says now, and may say')
  listKinds(@CurrentActor() actor: Actor): Promise<KindTemplateDto[]> {
    return this.templates.kinds(actor);
  }

  @Get(':id')
  @Returns(TemplateDto)
  @Summary('查看一个模板', 'See a template')
  getTemplate(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<TemplateDto> {
    return this.templates.get(actor, id);
  }

  @Post()
  @Created()
  @Returns(TemplateDto)
  @Summary('起草模板', 'Draft a template')
  draftTemplate(@CurrentActor() actor: Actor, @Body() body: TemplateFormDto): Promise<TemplateDto> {
    return this.templates.draft(actor, body);
  }

  @Post('preview')
  @HttpCode(200)
  @Returns(PreviewDto)
  @Summary('用示例数据预览模板', 'Preview a template on example data')
  previewTemplate(@CurrentActor() actor: Actor, @Body() body: TemplateFormDto): PreviewDto {
    return this.templates.preview(actor, body);
  }

  @Put(':id')
  @Returns(TemplateDto)
  @Summary('修改草稿', 'Change a draft')
  editTemplate(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: TemplateFormDto,
  ): Promise<TemplateDto> {
    return this.templates.edit(actor, id, version, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Summary('删除草稿', 'Delete a draft')
  deleteTemplate(@CurrentActor() actor: Actor, @IdParam() id: string, @IfMatch() version: number): Promise<void> {
    return this.templates.delete(actor, id, version);
  }

  @Post(':id/publish')
  @HttpCode(200)
  @Returns(TemplateDto)
  @Summary('由起草者之外的人发布', 'Publish it, as somebody who did not write it')
  publishTemplate(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<TemplateDto> {
    return this.templates.publish(actor, id, version);
  }
}
