import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, AnyToken, CurrentActor } from '#auth';
import { Returns, Summary } from '#http';
import { CanDto, CanQuery } from './me.dto.js';
import { Me } from './me.service.js';

@ApiTags('me')
@Controller('directory/v1/me')
export class MeController {
  constructor(private readonly me: Me) {}

  @Get('can')
  @AnyToken()
  @Returns(CanDto)
  @Summary(
    '是否持有某权限、能否用于某学生、单位或场所，以及原因',
    'Whether one has a permission, and for a student, a unit or a place; says why or why not',
  )
  async can(@CurrentActor() actor: Actor, @Query() query: CanQuery): Promise<CanDto> {
    return CanDto.from(await this.me.can(actor, query));
  }
}
