import { Body, Controller, HttpCode, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { Created, IdParam, IfMatch, Returns, Summary } from '#http';
import { StaffDto, StaffInput, StaffSourceDto } from './staff.dto.js';
import { Staff } from './staff.service.js';

@ApiTags('people')
@Controller('directory/v1/staff')
@Require('directory:staff:write')
export class StaffController {
  constructor(private readonly staff: Staff) {}

  @Post()
  @Created()
  @Returns(StaffDto)
  @Summary('登记一名教职工', 'Record a member of staff')
  createStaff(@CurrentActor() actor: Actor, @Body() body: StaffInput): Promise<StaffDto> {
    return this.staff.create(actor, body);
  }

  @Put(':id')
  @Returns(StaffDto)
  @Summary('修改一名教职工', 'Change a member of staff')
  replaceStaff(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: StaffInput,
  ): Promise<StaffDto> {
    return this.staff.replace(actor, id, version, body);
  }

  @Post(':id/leave')
  @HttpCode(204)
  @Summary('教职工离开名册（不删除）', 'A member of staff leaves the roster, and is not deleted')
  leaveStaff(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() { source }: StaffSourceDto,
  ): Promise<void> {
    return this.staff.leave(actor, id, version, source);
  }
}
