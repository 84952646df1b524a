import { Column, Entity } from 'typeorm';
import type { Actor } from '#auth';
import type { Permission } from '#contracts';
import { BaseEntity } from '#database';

export const APPROVAL_STATUSES = {
  waiting: { zh: '待批准', en: 'Waiting for an administrator' },
  approved: { zh: '有效', en: 'In force' },
  refused: { zh: '未批准', en: 'Refused' },
  withdrawn: { zh: '已收回', en: 'Withdrawn' },
  expired: { zh: '已到期', en: 'Expired' },
  dropped: { zh: '应用不再申请', en: 'No longer asked for' },
} as const;

export type ApprovalStatus = keyof typeof APPROVAL_STATUSES;

export const APPROVAL_ACTIONS = {
  approve: { zh: '批准，或延长期限', en: 'Approve, or move its end' },
  refuse: { zh: '不批准', en: 'Refuse' },
  withdraw: { zh: '收回', en: 'Withdraw' },
} as const;

export type ApprovalAction = keyof typeof APPROVAL_ACTIONS;

export const APPROVE = 'directory:client:approve';
const WRITE = 'directory:client:write';

/** That an app may have a permission of class 3 or 4: what for, until when, and who says so. Its registration asks; a second person answers. */
@Entity({ schema: 'directory', name: 'client_approval' })
export class ClientApproval extends BaseEntity {
  @Column('uuid')
  clientRef: string;

  @Column('text')
  permission: Permission;

  @Column('text')
  status: ApprovalStatus = 'waiting';

  /** The app through which it was asked for, and the person if there was one. */
  @Column('text')
  requestedByApp: string;

  @Column('uuid', { nullable: true })
  requestedBy: string | null;

  @Column('uuid', { nullable: true })
  approvedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  approvedAt: Date | null = null;

  @Column('text', { nullable: true })
  purpose: string | null = null;

  /** The last day on which it is in force. */
  @Column('date', { nullable: true })
  endsOn: string | null = null;

  @Column('timestamptz', { nullable: true })
  endedAt: Date | null = null;

  static ask(client: { id: string }, permission: Permission, actor: Actor): ClientApproval {
    return Object.assign(new ClientApproval(), {
      clientRef: client.id,
      permission,
      requestedByApp: actor.app,
      requestedBy: actor.personId ?? null,
    });
  }

  approve(personId: string, now: Date, { purpose, endsOn }: { purpose: string; endsOn: string }): void {
    Object.assign(this, { status: 'approved', approvedBy: personId, approvedAt: now, purpose, endsOn });
  }

  end(status: Exclude<ApprovalStatus, 'waiting' | 'approved'>, now: Date): void {
    Object.assign(this, { status, endedAt: now });
  }
}

type Asked = Pick<ClientApproval, 'status' | 'requestedBy'>;

/** What an action wants of the actor and of the approval; the first that is wanting. */
export type Hindrance = 'closed' | 'person-needed' | 'own-request' | 'not-permitted';

/** Why the actor may not do it now; undefined: it may be done. Asked by the guard, and for `actions[]`. */
export function hindranceOf(
  { status, requestedBy }: Asked,
  action: ApprovalAction,
  actor: Actor,
): Hindrance | undefined {
  const permitted = action === 'withdraw' ? ([APPROVE, WRITE] as const) : ([APPROVE] as const);
  if (!permitted.some((permission) => actor.scopeOf(permission).school)) return 'not-permitted';
  const open =
    action === 'withdraw'
      ? status === 'approved'
      : status === 'waiting' || (action === 'approve' && status === 'approved');
  if (!open) return 'closed';
  if (action === 'withdraw') return undefined;
  if (!actor.personId) return 'person-needed';
  return actor.personId === requestedBy ? 'own-request' : undefined;
}

export function availableActions(approval: Asked, actor: Actor): ApprovalAction[] {
  return (Object.keys(APPROVAL_ACTIONS) as ApprovalAction[]).filter((action) => !hindranceOf(approval, action, actor));
}
