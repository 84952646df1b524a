import { feature } from '#service';
import { SourceNotice } from './source-notice.entity.js';
import { SourceNotices } from './source-notices.service.js';
import { Source } from './source.entity.js';
import { SourcesController } from './sources.controller.js';
import { Sources } from './sources.service.js';

export const sources = feature({
  controllers: [SourcesController],
  providers: [Sources, SourceNotices],
  entities: [Source, SourceNotice],
});
