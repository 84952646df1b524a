import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { BodyLimit, Summary } from '#http';
import { BatchResultDto, ObservationBatchDto } from './observations.dto.js';
import { Observations } from './observations.service.js';

const BATCH_BYTES = 4 * 1_048_576;

@ApiTags('observations')
@Controller('early-warning/v1/observations')
export class ObservationsController {
  constructor(private readonly observations: Observations) {}

  @Post('batches')
  @HttpCode(200)
  @BodyLimit(BATCH_BYTES)
  @Require('early-warning:observation:write')
  @Summary('上传一批观测（按 batchKey 幂等）', 'Deliver a batch of observations (idempotent by batchKey)')
  deliverObservations(@CurrentActor() actor: Actor, @Body() body: ObservationBatchDto): Promise<BatchResultDto> {
    return this.observations.ingest(actor, body);
  }
}
