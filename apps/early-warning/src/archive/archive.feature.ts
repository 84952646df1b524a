import { feature } from '#service';
import { ArchiveEntry } from './archive-entry.entity.js';
import { ArchiveErasure } from './archive-erasure.service.js';
import { ArchiveFollowing } from './archive-following.service.js';
import { ArchiveController } from './archive.controller.js';
import { ArchiveHandlers } from './archive.handlers.js';
import { Archive } from './archive.service.js';
import { OwnEntriesController } from './own-entries.controller.js';
import { OwnEntries } from './own-entries.service.js';
import { OwnEntry } from './own-entry.entity.js';

export const archive = feature({
  controllers: [ArchiveController, OwnEntriesController],
  providers: [Archive, ArchiveErasure, ArchiveFollowing, ArchiveHandlers, OwnEntries],
  entities: [ArchiveEntry, OwnEntry],
});
