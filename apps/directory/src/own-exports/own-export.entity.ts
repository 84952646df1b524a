import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';

export const OWN_EXPORT_STATUSES = {
  making: { zh: '正在汇集', en: 'is being put together' },
  ready: { zh: '可下载一次', en: 'can be fetched, once' },
  fetched: { zh: '已下载', en: 'fetched' },
  discarded: { zh: '本人放弃', en: 'discarded' },
  expired: { zh: '过期未下载，已删除', en: 'was not fetched in time, and deleted' },
  failed: { zh: '汇集失败，可重新申请', en: 'failed; it can be asked for again' },
} as const satisfies Record<string, Bilingual>;
export type OwnExportStatus = keyof typeof OWN_EXPORT_STATUSES;

/** A copy of everything that the house has of a student (个人信息保护法 art. 45). Its content is there only while it can be fetched. */
@Entity({ name: 'own_export', schema: 'directory' })
export class OwnExport extends BaseEntity {
  @Column('uuid')
  studentId: string;

  @Column('uuid')
  jobId: string;

  @Column('text')
  status: OwnExportStatus = 'making';

  @Column('timestamptz')
  requestedAt: Date;

  /** Until then it can be fetched, or is waited for. */
  @Column('timestamptz')
  expiresAt: Date;

  @Column('timestamptz', { nullable: true })
  endedAt: Date | null = null;

  @Column('int', { nullable: true })
  bytes: number | null = null;

  @Column('text', { nullable: true })
  sha256: string | null = null;

  end(status: 'fetched' | 'discarded' | 'expired' | 'failed', now: Date): void {
    this.status = status;
    this.endedAt = now;
  }
}
