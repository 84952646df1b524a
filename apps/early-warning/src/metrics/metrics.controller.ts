import { Body, Controller, Get, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor, CurrentActor, Require } from '#auth';
import { ApiPage, Created, IdParam, IfMatch, type Page, Summary, Returns } from '#http';
import { MetricChangeDto, MetricDto, MetricsQuery, NewMetricDto } from './metrics.dto.js';
import { Metrics } from './metrics.service.js';

@ApiTags('metrics')
@Controller('early-warning/v1/metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Require('early-warning:metric:read')
  @ApiPage(MetricDto)
  @Summary('列出指标', 'List metrics')
  listMetrics(@Query() query: MetricsQuery): Promise<Page<MetricDto>> {
    return this.metrics.list(query);
  }

  @Get(':id')
  @Require('early-warning:metric:read')
  @Returns(MetricDto)
  @Summary('查看指标', 'See a metric')
  getMetric(@IdParam() id: string): Promise<MetricDto> {
    return this.metrics.get(id);
  }

  @Post()
  @Created()
  @Require('early-warning:metric:write')
  @Returns(MetricDto)
  @Summary('新增指标', 'Add a metric')
  createMetric(@CurrentActor() actor: Actor, @Body() body: NewMetricDto): Promise<MetricDto> {
    return this.metrics.create(actor, body);
  }

  @Put(':id')
  @Require('early-warning:metric:write')
  @Returns(MetricDto)
  @Summary('修改指标（代码、单位与合并方式不可改）', 'Change a metric (code, unit and fold stay)')
  updateMetric(
    @CurrentActor() actor: Actor,
    @IdParam() id: string,
    @IfMatch() version: number,
    @Body() body: MetricChangeDto,
  ): Promise<MetricDto> {
    return this.metrics.update(actor, id, version, body);
  }
}
