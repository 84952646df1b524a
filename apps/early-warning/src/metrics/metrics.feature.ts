import { feature } from '#service';
import { Metric } from './metric.entity.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.service.js';

export const metrics = feature({
  controllers: [MetricsController],
  providers: [Metrics],
  entities: [Metric],
});
