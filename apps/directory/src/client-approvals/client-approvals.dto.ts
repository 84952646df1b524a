import { type Permission, PERMISSIONS } from '#contracts';
import { DateOnly, Instant, Int, ListOf, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort } from '#http';
import {
  APPROVAL_ACTIONS,
  APPROVAL_STATUSES,
  type ApprovalAction,
  type ApprovalStatus,
} from './client-approval.entity.js';

const CLASSES = {
  3: { zh: '敏感个人信息', en: 'Sensitive personal data' },
  4: { zh: '心理、生物识别、困难等', en: 'Psychological, biometric, hardship' },
} as const;

export class ClientApprovalsQuery extends ListQuery {
  @AnyOf(APPROVAL_STATUSES, { zh: '状态', en: 'Statuses' }, ['waiting'])
  status?: ApprovalStatus[];

  @AnyOf('uuid', { zh: '应用', en: 'Clients' })
  clientId?: string[];

  @DateOnly({ zh: '在此日及以前到期的', en: 'That end on this day or before', optional: true, example: '2027-01-31' })
  endsBy?: string;

  @Sort(['createdAt', 'endsOn'])
  sort?: string;
}

export class ApproveClientDto {
  @Text({ zh: '用途', en: 'What for', min: 2, max: 500, example: '辅导员移动端查看本班预警' })
  purpose: string;

  @DateOnly({ zh: '截止日期（含）', en: 'Last day', example: '2027-07-31' })
  endsOn: string;
}

/** As the table has it, with its client. */
export interface ApprovalRow {
  id: string;
  clientId: string;
  clientName: string;
  clientRef: string;
  permission: Permission;
  status: ApprovalStatus;
  requestedByApp: string;
  requestedBy: string | null;
  approvedBy: string | null;
  approvedAt: Date | null;
  purpose: string | null;
  endsOn: string | null;
  endedAt: Date | null;
  createdAt: Date;
  version: number;
}

export class ClientApprovalDto {
  @Uuid({ zh: '批准', en: 'Approval' })
  id: string;

  @Uuid({ zh: '应用', en: 'Client' })
  clientRef: string;

  @Text({ zh: '应用标识（client_id）', en: 'client_id', example: 'leave-mini-program', max: 32 })
  clientId: string;

  @Text({ zh: '应用名称', en: 'Name of the app', example: '请假小程序', max: 100 })
  clientName: string;

  @OneOf(PERMISSIONS, { zh: '权限', en: 'Permission', example: 'early-warning:warning:read' })
  permission: Permission;

  @Text({ zh: '权限说明', en: 'The permission in Chinese', example: '查看预警' })
  zh: string;

  @Text({ zh: '权限说明（英文）', en: 'The permission in English', example: 'See warnings' })
  en: string;

  @Int({
    zh: `敏感级别：3 ${CLASSES[3].zh}，4 ${CLASSES[4].zh}`,
    en: `Class: 3 ${CLASSES[3].en}, 4 ${CLASSES[4].en}`,
    min: 3,
    max: 4,
    example: 3,
  })
  class: number;

  @OneOf(APPROVAL_STATUSES, { zh: '状态', en: 'Status', example: 'waiting' })
  status: ApprovalStatus;

  @Text({ zh: '经由哪个应用申请', en: 'Through which app it was asked for', example: 'operations', max: 100 })
  requestedByApp: string;

  @Uuid({ zh: '申请人；应用自身申请时为空', en: 'Who asked; null: the app by itself', nullable: true })
  requestedBy: string | null;

  @Instant({ zh: '申请时间', en: 'Asked at' })
  requestedAt: Date;

  @Text({ zh: '用途', en: 'What for', max: 500, nullable: true, example: '辅导员移动端查看本班预警' })
  purpose: string | null;

  @DateOnly({ zh: '截止日期（含）', en: 'Last day', nullable: true, example: '2027-07-31' })
  endsOn: string | null;

  @Uuid({ zh: '批准人', en: 'Who approved it', nullable: true })
  approvedBy: string | null;

  @Instant({ zh: '批准时间', en: 'Approved at', nullable: true })
  approvedAt: Date | null;

  @Instant({ zh: '失效时间', en: 'At an end since', nullable: true })
  endedAt: Date | null;

  @ListOf(APPROVAL_ACTIONS, {
    zh: '当前可做',
    en: 'What the caller can do with it now',
    maxItems: 3,
    example: ['approve'],
  })
  actions: ApprovalAction[];

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647 })
  version: number;

  static from(this: void, { createdAt, ...row }: ApprovalRow, actions: ApprovalAction[]): ClientApprovalDto {
    const {
      zh,
      en,
      class: sensitivity = 3,
    } = PERMISSIONS[row.permission] as { zh: string; en: string; class?: number };
    return Object.assign(new ClientApprovalDto(), {
      ...row,
      zh,
      en,
      class: sensitivity,
      requestedAt: createdAt,
      actions,
    });
  }
}
