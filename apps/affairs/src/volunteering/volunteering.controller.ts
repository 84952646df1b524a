import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, MayNotFind, type Page, Returns, Summary } from '#http';
import { Stars } from './stars.service.js';
import {
  ApplyForStarsDto,
  ObjectedDto,
  ObjectionTextDto,
  StarDetailDto,
  StarDto,
  StarNoticeDto,
  StarNoticesQuery,
  StarsQuery,
  VolunteeringDto,
} from './volunteering.dto.js';

/** Hours of volunteering (志愿服务) and stars. */
@ApiTags('volunteering')
@Controller('affairs/v1/volunteering')
export class VolunteeringController {
  constructor(private readonly stars: Stars) {}

  @Get('me')
  @MayNotFind()
  @Require('affairs:participation:read')
  @Returns(VolunteeringDto)
  @Summary('本人的志愿时长与星级', 'One’s own hours of volunteering and stars')
  getOwnVolunteering(@CurrentActor() actor: Actor): Promise<VolunteeringDto> {
    return this.stars.of(actor, actor.personId);
  }

  @Get('students/:id')
  @Require('affairs:participation:read')
  @Returns(VolunteeringDto)
  @Summary(
    '学生的志愿时长与星级；工作人员查看留有记录',
    'A student’s hours of volunteering and stars; that staff looked is recorded',
  )
  getVolunteering(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<VolunteeringDto> {
    return this.stars.of(actor, id);
  }

  @Get('notices')
  @Require('affairs:activity:read')
  @ApiPage(StarNoticeDto)
  @Summary('正在公示的星级志愿者', 'Volunteer stars under public notice')
  listStarNotices(@Query() query: StarNoticesQuery): Promise<Page<StarNoticeDto>> {
    return this.stars.notices(query);
  }

  @Get('stars')
  @Require('affairs:participation:read', 'affairs:volunteering:decide')
  @ApiPage(StarDto)
  @Summary('列出星级认定', 'List stars, applied for and recognised')
  listStars(@CurrentActor() actor: Actor, @Query() query: StarsQuery): Promise<Page<StarDto>> {
    return this.stars.list(actor, query);
  }

  @Post('stars')
  @MayNotFind()
  @Created()
  @Require('affairs:volunteering:apply')
  @Returns(StarDetailDto)
  @Summary('申请星级认定，自此公示', 'Apply for stars: public notice begins')
  applyForStars(@CurrentActor() actor: Actor, @Body() body: ApplyForStarsDto): Promise<StarDetailDto> {
    return this.stars.apply(actor, body);
  }

  @Get('stars/:id')
  @Require('affairs:participation:read', 'affairs:volunteering:decide')
  @Returns(StarDetailDto)
  @Summary('查看星级认定与异议；工作人员查看留有记录', 'See stars and objections; that staff did is recorded')
  getStars(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<StarDetailDto> {
    return this.stars.get(actor, id);
  }

  @Post('stars/:id/withdraw')
  @HttpCode(200)
  @Require('affairs:volunteering:apply')
  @Returns(StarDetailDto)
  @Summary('撤回申请', 'Withdraw the application')
  withdrawStars(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
  ): Promise<StarDetailDto> {
    return this.stars.withdraw(actor, id, version);
  }

  @Post('stars/:id/objections')
  @Require('affairs:activity:read')
  @Returns(ObjectedDto)
  @Summary('对公示提出异议', 'Object to what is under public notice')
  objectToStars(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @Body() body: ObjectionTextDto,
  ): Promise<ObjectedDto> {
    return this.stars.object(actor, id, body.text);
  }

  @Post('stars/:id/dismiss')
  @HttpCode(200)
  @Require('affairs:volunteering:decide')
  @Returns(StarDetailDto)
  @Summary('答复异议：不成立', 'Answer the objections: not upheld')
  dismissObjections(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ObjectionTextDto,
  ): Promise<StarDetailDto> {
    return this.stars.answer(actor, id, version, 'dismiss', body.text);
  }

  @Post('stars/:id/uphold')
  @HttpCode(200)
  @Require('affairs:volunteering:decide')
  @Returns(StarDetailDto)
  @Summary('答复异议：成立，不予认定', 'Answer the objections: upheld, the stars are not recognised')
  upholdObjections(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: ObjectionTextDto,
  ): Promise<StarDetailDto> {
    return this.stars.answer(actor, id, version, 'uphold', body.text);
  }
}
