import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require, RequireReason } from '#auth';
import { AnswerLanguage, IdParam, type Language, MayNotFind, Returns, Summary } from '#http';
import { Aggregates } from '../disclosure/egress.js';
import { StudentPortraitDto, StudentPortraitQuery } from './student-portrait.dto.js';
import { SVG_TYPE, StudentPortraits } from './student-portraits.service.js';

const PICTURE = {
  description: '图片，附文字说明 / A picture, with what it shows as text',
  content: { [SVG_TYPE]: { schema: { type: 'string', pattern: '^<svg ', maxLength: 5_242_880 } } },
} as const;

/** Portraits of one student (云档案). */
@ApiTags('portraits')
@Controller('early-warning/v1/portraits')
export class StudentPortraitsController {
  constructor(private readonly portraits: StudentPortraits) {}

  @Get('me')
  @MayNotFind()
  @Require('early-warning:portrait:read')
  @Aggregates('published')
  @Returns(StudentPortraitDto)
  @Summary(
    '本人各周的指标，与本人过去及所在群体比较',
    "One's own metrics week by week, beside one's past and one's group",
  )
  getOwnPortrait(@CurrentActor() actor: Actor, @Query() query: StudentPortraitQuery): Promise<StudentPortraitDto> {
    return this.portraits.of(actor, actor.personId, query);
  }

  @Get('me/chart')
  @MayNotFind()
  @Require('early-warning:portrait:read')
  @Aggregates('published')
  @ApiProduces(SVG_TYPE)
  @ApiOkResponse(PICTURE)
  @Summary('本人各周的指标，图片', "One's own metrics as a picture")
  drawOwnPortrait(
    @CurrentActor() actor: Actor,
    @Query() query: StudentPortraitQuery,
    @AnswerLanguage() language: Language,
  ): Promise<StreamableFile> {
    return this.portraits.draw(actor, actor.personId, query, language);
  }

  @Get('students/:id')
  @Require('early-warning:portrait:read')
  @RequireReason()
  @Aggregates('published')
  @Returns(StudentPortraitDto)
  @Summary('学生各周的指标；须说明事由并留有记录', "A student's metrics week by week; the reason is recorded")
  getStudentPortrait(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: StudentPortraitQuery,
  ): Promise<StudentPortraitDto> {
    return this.portraits.of(actor, id, query);
  }

  @Get('students/:id/chart')
  @Require('early-warning:portrait:read')
  @RequireReason()
  @Aggregates('published')
  @ApiProduces(SVG_TYPE)
  @ApiOkResponse(PICTURE)
  @Summary('学生各周的指标，图片；须说明事由并留有记录', "A student's metrics as a picture; the reason is recorded")
  drawStudentPortrait(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Query() query: StudentPortraitQuery,
    @AnswerLanguage() language: Language,
  ): Promise<StreamableFile> {
    return this.portraits.draw(actor, id, query, language);
  }
}
