import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** The time of a copy is over: it is deleted, or was not put together; the directory's own background job. */
@Event({ name: 'directory.own-export-due.v1', consumers: ['directory'] })
export class OwnExportDueV1 {
  @IsUUID()
  exportId: string;

  constructor(exportId: string) {
    this.exportId = exportId;
  }
}
