import { Instant, Int, Nested, OneOf, Uuid } from '#fields';
import { AnyOf, ByDto, ListQuery, Sort } from '#http';
import {
  type Erasure,
  ERASURE_GROUNDS,
  ERASURE_STATUSES,
  type ErasureGround,
  type ErasureStatus,
} from './erasure.entity.js';

export class ErasuresQuery extends ListQuery {
  @AnyOf(ERASURE_STATUSES, { zh: '状态', en: 'Statuses' }, ['waiting'])
  status?: ErasureStatus[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' })
  studentId?: string[];

  @Sort(['createdAt', 'dueAt'])
  sort?: string;
}

export class RequestErasureDto {
  @Uuid({ zh: '学生', en: 'Student' })
  studentId: string;

  @OneOf(ERASURE_GROUNDS, {
    zh: '依据（个人信息保护法第四十七条）',
    en: 'Ground (Personal Information Protection Law of China, art. 47)',
    example: 'purpose_ended',
  })
  ground: ErasureGround;
}

/** What is shown of an erasure, as the table has it. */
type ErasureRow = Omit<Erasure, 'updatedAt' | 'cancel' | 'complete'>;

export class ErasureDto {
  @Uuid({ zh: '删除', en: 'Erasure' })
  id: string;

  @Uuid({ zh: '学生', en: 'Student' })
  studentId: string;

  @OneOf(ERASURE_GROUNDS, { zh: '依据', en: 'Ground', example: 'purpose_ended' })
  ground: ErasureGround;

  @OneOf(ERASURE_STATUSES, { zh: '状态', en: 'Status', example: 'waiting' })
  status: ErasureStatus;

  @Instant({
    zh: '在此之前可撤销，届时删除',
    en: 'Can be cancelled until then, and is done then',
    example: '2026-12-16T02:00:00.000Z',
  })
  dueAt: Date;

  @Nested(() => ByDto, { zh: '申请者', en: 'Requested by' })
  requestedBy: ByDto;

  @Nested(() => ByDto, { zh: '撤销者', en: 'Cancelled by', nullable: true, example: null as never })
  cancelledBy: ByDto | null;

  @Instant({ zh: '完成时间', en: 'Done at', nullable: true, example: '2026-12-16T02:00:01.000Z' })
  doneAt: Date | null;

  @Instant({ zh: '申请时间', en: 'Requested at', example: '2026-12-01T02:00:00.000Z' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(this: void, erasure: ErasureRow): ErasureDto {
    const { id, studentId, ground, status, dueAt, requestedBy, cancelledBy, doneAt, createdAt, version } = erasure;
    return Object.assign(new ErasureDto(), {
      ...{ id, studentId, ground, status, dueAt, doneAt, createdAt, version },
      requestedBy: ByDto.from(requestedBy),
      cancelledBy: cancelledBy === null ? null : ByDto.from(cancelledBy),
    });
  }
}
