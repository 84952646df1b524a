import { Column, Entity } from 'typeorm';
import type { Bilingual, LeaveKind } from '#contracts';
import { BaseEntity } from '#database';
import type { PolicyAt } from '#policy';
import type { Problem } from '#problems';
import type { LeavePost } from '../leave/leave.levels.js';
import type { LeavePolicy } from '../leave/leave.policy.js';
import {
  GroupLeaveBegun,
  GroupLeaveNotBegun,
  GroupLeaveNotInState,
  GroupLeaveNotYours,
  NotInGroup,
} from './group-leaves.problems.js';

export const GROUP_STATUSES = {
  submitted: { zh: '待审批', en: 'waits for a decision' },
  approved: { zh: '已批准', en: 'approved: each student on the list is on leave' },
  rejected: { zh: '未批准', en: 'rejected' },
  withdrawn: { zh: '已撤回', en: 'withdrawn before it was decided' },
  cancelled: { zh: '已撤销', en: 'cancelled after approval, before it began' },
  ended: { zh: '已提前结束', en: 'ended early' },
} as const satisfies Record<string, Bilingual>;
export type GroupStatus = keyof typeof GROUP_STATUSES;

export const GROUP_ACTIONS = {
  approve: { zh: '同意', en: 'approve' },
  reject: { zh: '不同意', en: 'reject' },
  attach: { zh: '补交证明材料', en: 'hand proofs in' },
  cancel: { zh: '撤回或撤销', en: 'withdraw it, or cancel it before it begins' },
  end: { zh: '提前结束', en: 'end it early' },
  leave: { zh: '本人退出', en: 'leave the group, oneself' },
} as const satisfies Record<string, Bilingual>;
export type GroupAction = keyof typeof GROUP_ACTIONS;

/** Who asks, as far as it matters to a group leave. */
export interface GroupAsker {
  /** Has asked for it. */
  organises: boolean;
  /** Holds a post that decides on it over every student of the list. */
  decides: boolean;
  /** Is on its list. */
  listed: boolean;
}

export const MEMBER_STATES = {
  listed: { zh: '在名单中', en: 'on the list' },
  refused: { zh: '不能请假', en: 'cannot be on leave with the group: see the problem' },
  left: { zh: '本人已退出', en: 'has left the group' },
} as const satisfies Record<string, Bilingual>;
export type MemberState = keyof typeof MEMBER_STATES;

/** What is asked for a group. What it says is about the occasion, never about one of the students. */
export interface GroupRequest {
  kind: LeaveKind;
  startsAt: Date;
  /** Exclusive. */
  endsAt: Date;
  reason: string;
  destination: string;
}

/** One request of leave for many students, decided on as a whole; what comes of it is a leave for each. */
@Entity({ schema: 'affairs', name: 'group_leave' })
export class GroupLeave extends BaseEntity {
  @Column('text')
  kind: LeaveKind;

  @Column('text')
  status: GroupStatus = 'submitted';

  @Column('timestamptz')
  startsAt: Date;

  /** Exclusive. */
  @Column('timestamptz')
  endsAt: Date;

  @Column('text')
  reason: string;

  @Column('text')
  destination: string;

  /** Who asked: a person's id, or the client id of an app. */
  @Column('text')
  organiser: string;

  /** By which the level of the policy was found. */
  @Column('float8')
  days: number;

  @Column('int')
  policyVersion: number;

  /** Posts of which each decides on it, by that version of the policy. */
  @Column('jsonb')
  posts: LeavePost[];

  @Column('text', { nullable: true })
  decidedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null = null;

  /** Why it was rejected. */
  @Column('text', { nullable: true })
  comment: string | null = null;

  static submit(request: GroupRequest, organiser: string, days: number, policy: PolicyAt<LeavePolicy>): GroupLeave {
    const posts = decidingPosts(policy.value, days);
    return Object.assign(new GroupLeave(), request, { organiser, days, policyVersion: policy.number, posts });
  }

  /** Why something cannot be done with it now by who asks; undefined: it can. The one place that says so. */
  refusal(action: GroupAction, { organises, decides, listed }: GroupAsker, now: Date): Problem | undefined {
    const { status } = this;
    const begun = now >= this.startsAt;
    const open = status === 'submitted' || status === 'approved';
    switch (action) {
      case 'approve':
      case 'reject':
        if (!decides) return new GroupLeaveNotYours();
        if (status !== 'submitted') return new GroupLeaveNotInState();
        return action === 'approve' && now >= this.endsAt ? new GroupLeaveNotInState() : undefined;
      case 'attach':
        if (!organises) return new GroupLeaveNotYours();
        return open ? undefined : new GroupLeaveNotInState();
      case 'cancel':
        if (!organises && !decides) return new GroupLeaveNotYours();
        if (!open) return new GroupLeaveNotInState();
        return begun && status === 'approved' ? new GroupLeaveBegun() : undefined;
      case 'end':
        if (!organises && !decides) return new GroupLeaveNotYours();
        if (status !== 'approved' || now >= this.endsAt) return new GroupLeaveNotInState();
        return begun ? undefined : new GroupLeaveNotBegun();
      case 'leave':
        if (!listed) return new NotInGroup();
        if (!open) return new GroupLeaveNotInState();
        return begun ? new GroupLeaveBegun() : undefined;
    }
  }

  decide(status: 'approved' | 'rejected', by: string, comment: string | null, now: Date): void {
    Object.assign(this, { status, comment, decidedBy: by, decidedAt: now });
  }

  /** Undecided it is withdrawn, approved it is cancelled. */
  cancel(): void {
    this.status = this.status === 'submitted' ? 'withdrawn' : 'cancelled';
  }
}

/** Posts that decide on a group of so many days: whoever has the last word at that level of the policy, or at a longer one. */
function decidingPosts({ levels }: Pick<LeavePolicy, 'levels'>, days: number): LeavePost[] {
  return levels
    .filter(({ upToDays }) => upToDays >= days)
    .map(({ approvers }) => {
      const { kind, unitKind } = approvers.at(-1)!;
      return { kind, ...(unitKind && { unitKind }) };
    });
}
