import { Instant, Int, OneOf, Text, Uuid } from '#fields';
import { ListQuery, Sort } from '#http';
import { type OwnExport, OWN_EXPORT_STATUSES, type OwnExportStatus } from './own-export.entity.js';

export class OwnExportsQuery extends ListQuery {
  @Sort(['requestedAt'])
  sort?: string;
}

/** What is shown of a copy, as the table has it. */
type OwnExportRow = Omit<OwnExport, 'studentId' | 'createdAt' | 'updatedAt' | 'end'>;

export class OwnExportDto {
  @Uuid({ zh: '副本', en: 'Copy' })
  id: string;

  @Uuid({ zh: '任务：进度见 /directory/v1/jobs', en: 'Job: its progress is at /directory/v1/jobs' })
  jobId: string;

  @OneOf(OWN_EXPORT_STATUSES, { zh: '状态', en: 'Status', example: 'making' })
  status: OwnExportStatus;

  @Instant({ zh: '申请时间', en: 'Asked for at', example: '2026-12-01T02:00:00.000Z' })
  requestedAt: Date;

  @Instant({ zh: '在此之前可下载', en: 'Can be fetched until then', example: '2026-12-04T02:00:00.000Z' })
  expiresAt: Date;

  @Instant({ zh: '结束时间', en: 'Ended at', nullable: true, example: null as never })
  endedAt: Date | null;

  @Int({ zh: '字节数', en: 'Bytes', min: 1, max: 2_147_483_647, nullable: true, example: 48_213 })
  bytes: number | null;

  @Text({ zh: 'ZIP 的 SHA-256', en: 'SHA-256 of the ZIP', max: 64, nullable: true, example: 'a'.repeat(64) })
  sha256: string | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(this: void, row: OwnExportRow): OwnExportDto {
    const { id, jobId, status, requestedAt, expiresAt, endedAt, bytes, sha256, version } = row;
    return Object.assign(new OwnExportDto(), {
      ...{ id, jobId, status, requestedAt, expiresAt, endedAt, bytes, sha256, version },
    });
  }
}
