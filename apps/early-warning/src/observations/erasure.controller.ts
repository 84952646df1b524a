import { Controller, Delete, HttpCode } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { IdParam, Summary } from '#http';
import { Erasure } from './erasure.service.js';

@ApiTags('students')
@Controller('early-warning/v1/students')
export class ErasureController {
  constructor(private readonly erasure: Erasure) {}

  @Delete(':id/data')
  @HttpCode(204)
  @Require('early-warning:student:erase')
  @Summary('删除学生的观测、预警与向量数据', "Erase a student's observations, warnings and vectors")
  eraseStudentData(@CurrentActor() actor: Actor, @IdParam() id: string): Promise<void> {
    return this.erasure.erase(actor, id);
  }
}
