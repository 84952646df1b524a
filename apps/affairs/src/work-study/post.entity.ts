import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { Sealed, type SealedText } from '#vault';
import {
  AgreementMissing,
  PostApplicationNotInState,
  PostDatesWrong,
  PostNotInState,
  PostNotYours,
  WorkStudyNotOwn,
} from './work-study.problems.js';

export const POST_KINDS = {
  fixed: { zh: '固定岗位', en: 'fixed: a term or longer' },
  temporary: { zh: '临时岗位', en: 'temporary: for a few times' },
} as const satisfies Record<string, Bilingual>;
export const POST_LOCATIONS = {
  on_campus: { zh: '校内', en: 'on campus' },
  off_campus: { zh: '校外', en: 'off campus' },
} as const satisfies Record<string, Bilingual>;
export const POST_STATUSES = {
  draft: { zh: '草稿', en: 'draft: seen by its unit' },
  open: { zh: '招聘中', en: 'open: takes applications' },
  closed: { zh: '停止招聘', en: 'closed: takes no more; who has it keeps it' },
} as const satisfies Record<string, Bilingual>;
export const POST_ACTIONS = {
  change: { zh: '修改', en: 'change it' },
  open: { zh: '开始招聘', en: 'open it' },
  close: { zh: '停止招聘', en: 'take no more applications' },
} as const satisfies Record<string, Bilingual>;
export type PostAction = keyof typeof POST_ACTIONS;

/** Work that is refused as such (the 2018 rules, art. on protection). */
export const DANGERS = {
  toxic: { zh: '有毒有害', en: 'toxic or harmful substances' },
  radiation: { zh: '辐射', en: 'radiation' },
  heights: { zh: '高空作业', en: 'work at heights' },
  machinery: { zh: '危险机械', en: 'dangerous machinery' },
  heavy: { zh: '超过身体承受能力', en: 'heavier than students can bear' },
  other: { zh: '其他危险', en: 'another danger' },
} as const satisfies Record<string, Bilingual>;

/** What its unit says of it. */
export interface PostForm {
  title: string;
  description: string;
  kind: keyof typeof POST_KINDS;
  location: keyof typeof POST_LOCATIONS;
  region: string;
  agreement: string | null;
  hourlyFen: number;
  places: number;
  startsOn: string;
  endsOn: string;
}

/** Work that students do for pay beside their studies. */
@Entity({ schema: 'affairs', name: 'work_study_post' })
export class Post extends BaseEntity implements PostForm {
  /** The unit that the work is for: whoever answers for that manages it. */
  @Column('uuid')
  unitId: string;

  @Column('text')
  title: string;

  @Column('text')
  description: string;

  @Column('text')
  kind: PostForm['kind'];

  @Column('text')
  location: PostForm['location'];

  /** Whose least wages hold. */
  @Column('text')
  region: string;

  /** Number of the three-party agreement of work off campus. */
  @Column('text', { nullable: true })
  agreement: string | null;

  @Column('int')
  hourlyFen: number;

  @Column('int')
  places: number;

  @Column('date')
  startsOn: string;

  /** Inclusive. */
  @Column('date')
  endsOn: string;

  @Column('text')
  status: keyof typeof POST_STATUSES = 'draft';

  static draft(unitId: string, form: PostForm): Post {
    const post = Object.assign(new Post(), { unitId });
    post.change(form);
    return post;
  }

  change(form: PostForm): void {
    if (form.endsOn < form.startsOn) throw new PostDatesWrong({ pointer: '#/endsOn' });
    if ((form.location === 'off_campus') !== (form.agreement !== null))
      throw new AgreementMissing({ pointer: '#/agreement' });
    Object.assign(this, form);
  }

  /** Why something cannot be done with it by who asks; undefined: it can. The one place that says so. */
  refusal(action: PostAction, manages: boolean): Problem | undefined {
    if (!manages) return new PostNotYours();
    if (action === 'open') return this.status === 'open' ? new PostNotInState() : undefined;
    return action === 'close' && this.status !== 'open' ? new PostNotInState() : undefined;
  }
}

export const APPLICATION_STATUSES = {
  submitted: { zh: '待录用', en: 'waits for an answer' },
  assigned: { zh: '在岗', en: 'has the post' },
  declined: { zh: '未录用', en: 'declined' },
  withdrawn: { zh: '本人撤回', en: 'withdrawn by the student' },
  ended: { zh: '离岗', en: 'has left the post' },
} as const satisfies Record<string, Bilingual>;
export type ApplicationStatus = keyof typeof APPLICATION_STATUSES;

export const APPLICATION_ACTIONS = {
  withdraw: { zh: '撤回', en: 'withdraw it' },
  assign: { zh: '录用', en: 'give the student the post' },
  decline: { zh: '不录用', en: 'decline' },
  end: { zh: '离岗', en: 'end the work in the post' },
} as const satisfies Record<string, Bilingual>;
export type ApplicationAction = keyof typeof APPLICATION_ACTIONS;

/** A student's application for a post, and their having it. */
@Entity({ schema: 'affairs', name: 'work_study_application' })
export class PostApplication extends BaseEntity {
  @Column('uuid')
  postId: string;

  @Column('uuid')
  studentId: string;

  /** What the student says of themselves. */
  @Sealed({ nullable: true })
  statement: SealedText | null;

  @Column('text')
  status: ApplicationStatus = 'submitted';

  @Column('timestamptz')
  askedAt: Date;

  /** Why something cannot be done with it by who asks; undefined: it can. The one place that says so. */
  refusal(action: ApplicationAction, by: { own: boolean; manages: boolean }): Problem | undefined {
    const status = (...allowed: ApplicationStatus[]): Problem | undefined =>
      allowed.includes(this.status) ? undefined : new PostApplicationNotInState();
    const manages = by.manages ? undefined : new PostNotYours();
    switch (action) {
      case 'withdraw':
        return (by.own ? undefined : new WorkStudyNotOwn()) ?? status('submitted');
      case 'assign':
      case 'decline':
        return manages ?? status('submitted');
      case 'end':
        return (by.own || by.manages ? undefined : new WorkStudyNotOwn()) ?? status('assigned');
    }
  }
}
