import { Body, Controller, createParamDecorator, type ExecutionContext, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { BodyLimit, Summary } from '#http';
import { BatchResultDto, ObservationBatchDto } from './observations.dto.js';
import { Observations } from './observations.service.js';

const BATCH_BYTES = 4 * 1_048_576;

/** The rows of the body, untouched: turning 10,000 of them into instances would cost more than storing them. */
const Rows = createParamDecorator(
  (_: unknown, context: ExecutionContext): unknown =>
    (context.switchToHttp().getRequest<FastifyRequest>().body as { observations?: unknown } | undefined)?.observations,
);

@ApiTags('observations')
@Controller('early-warning/v1/observations')
export class ObservationsController {
  constructor(private readonly observations: Observations) {}

  @Post('batches')
  @HttpCode(200)
  @BodyLimit(BATCH_BYTES)
  @Require('early-warning:observation:write')
  @Summary('上传一批观测（按 batchKey 幂等）', 'Deliver a batch of observations (idempotent by batchKey)')
  deliverObservations(
    @CurrentActor() actor: Actor,
    @Body() body: ObservationBatchDto,
    @Rows() rows: unknown,
  ): Promise<BatchResultDto> {
    return this.observations.ingest(actor, body, rows);
  }
}
