import { feature } from '#service';
import { SampleRow } from './sample-row.entity.js';
import { SampleRowsController } from './sample-rows.controller.js';
import { SampleRows } from './sample-rows.service.js';

export const sampleRows = feature({
  controllers: [SampleRowsController],
  providers: [SampleRows],
  entities: [SampleRow],
});
