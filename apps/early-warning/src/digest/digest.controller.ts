import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { Returns, Summary } from '#http';
import { DigestDto } from './digest.dto.js';
import { Digests } from './digest.service.js';

/** What the day has (每日提要). */
@ApiTags('digest')
@Controller('early-warning/v1/digest')
export class DigestController {
  constructor(private readonly digests: Digests) {}

  @Get()
  @Require('early-warning:warning:read', 'early-warning:case:take-part')
  @Returns(DigestDto)
  @Summary('本人今日的提要；查看留有记录', 'What the day has for oneself; recorded')
  getDigest(@CurrentActor() actor: Actor): Promise<DigestDto> {
    return this.digests.of(actor);
  }
}
