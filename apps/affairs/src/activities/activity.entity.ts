import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { NUMERIC } from '../numeric.js';
import {
  ActivityNotHeld,
  ActivityNotInState,
  ActivityNotOver,
  ActivityTimesWrong,
  SignInClosed,
} from './activities.problems.js';

export const ACTIVITY_STATUSES = {
  draft: { zh: '草稿', en: 'draft: seen by whoever holds it' },
  published: { zh: '已发布', en: 'published' },
  closed: { zh: '已核定', en: 'who took part is confirmed' },
  cancelled: { zh: '已取消', en: 'does not take place' },
} as const satisfies Record<string, Bilingual>;
export type ActivityStatus = keyof typeof ACTIVITY_STATUSES;

export const ACTIVITY_ACTIONS = {
  change: { zh: '修改', en: 'change it' },
  publish: { zh: '发布', en: 'publish it' },
  cancel: { zh: '取消', en: 'cancel it' },
  show_code: { zh: '显示签到码', en: 'show the code to sign in with' },
  roll: { zh: '登记到场', en: 'record who is there' },
  close: { zh: '核定名单', en: 'confirm who took part' },
} as const satisfies Record<string, Bilingual>;
export type ActivityAction = keyof typeof ACTIVITY_ACTIONS;

/** What whoever holds it says of it. */
export interface ActivityForm {
  kind: string;
  title: Bilingual;
  place: string;
  startsAt: Date;
  /** Exclusive. */
  endsAt: Date;
  enrolFrom: Date;
  /** Exclusive. */
  enrolUntil: Date;
  /** A student may cancel until then, exclusive. */
  cancelUntil: Date;
  capacity: number;
  /** Units and places whose students may enrol, and grades; none: all. */
  audienceUnitIds: string[];
  audienceGrades: string[];
  /** What taking part is worth. */
  credits: number;
  hours: number;
}

const MINUTE = 60_000;

/** Something that students take part in: a talk, an event, volunteering. */
@Entity({ schema: 'affairs', name: 'activity' })
export class Activity extends BaseEntity implements Omit<ActivityForm, 'title'> {
  /** The unit (directory) that holds it: whoever answers for that manages it. */
  @Column('uuid')
  unitId: string;

  /** The organisation of students that holds it, under the guidance of that unit; null: the unit itself. */
  @Column('uuid', { nullable: true })
  organisationId: string | null;

  /** A code of the policy. */
  @Column('text')
  kind: string;

  @Column('text')
  titleZh: string;

  @Column('text')
  titleEn: string;

  @Column('text')
  place: string;

  @Column('timestamptz')
  startsAt: Date;

  @Column('timestamptz')
  endsAt: Date;

  @Column('timestamptz')
  enrolFrom: Date;

  @Column('timestamptz')
  enrolUntil: Date;

  @Column('timestamptz')
  cancelUntil: Date;

  @Column('int')
  capacity: number;

  @Column('uuid', { array: true })
  audienceUnitIds: string[];

  @Column('text', { array: true })
  audienceGrades: string[];

  @Column(NUMERIC)
  credits: number;

  @Column(NUMERIC)
  hours: number;

  /** Activities and claims of the same work (an entry in the college's contest and in the province's) count once: an id they share. */
  @Column('uuid')
  workId: string;

  @Column('text')
  status: ActivityStatus = 'draft';

  @Column('timestamptz', { nullable: true })
  closedAt: Date | null = null;

  static draft(
    holder: Pick<Activity, 'unitId' | 'organisationId'>,
    form: ActivityForm,
    workId: string | undefined,
  ): Activity {
    const activity = Object.assign(new Activity(), holder);
    activity.workId = workId ?? activity.id;
    activity.change(form);
    return activity;
  }

  change({ title, ...form }: ActivityForm): void {
    const { startsAt, endsAt, enrolFrom, enrolUntil, cancelUntil } = form;
    if (startsAt >= endsAt) throw new ActivityTimesWrong({ pointer: '#/endsAt' });
    if (enrolFrom >= enrolUntil || enrolUntil > endsAt) throw new ActivityTimesWrong({ pointer: '#/enrolUntil' });
    if (cancelUntil > startsAt) throw new ActivityTimesWrong({ pointer: '#/cancelUntil' });
    Object.assign(this, form, { titleZh: title.zh, titleEn: title.en });
  }

  /** Why something cannot be done with it now; undefined: it can. The one place that says so. */
  refusal(action: ActivityAction, holds: boolean, now: Date, signInMinutes: number): Problem | undefined {
    if (!holds) return new ActivityNotHeld();
    const status = (...allowed: ActivityStatus[]): Problem | undefined =>
      allowed.includes(this.status) ? undefined : new ActivityNotInState();
    switch (action) {
      case 'change':
        return status('draft', 'published') ?? (now < this.endsAt ? undefined : new ActivityNotInState());
      case 'publish':
        return status('draft') ?? (now < this.endsAt ? undefined : new ActivityTimesWrong({ pointer: '#/endsAt' }));
      case 'cancel':
        return status('draft', 'published');
      case 'show_code':
        return status('published') ?? this.signInRefusal(now, signInMinutes);
      case 'roll':
        return status('published', 'closed') ?? (now < this.startsAt ? new ActivityNotOver() : undefined);
      case 'close':
        return status('published') ?? (now < this.endsAt ? new ActivityNotOver() : undefined);
    }
  }

  /** Why nobody can sign in now. */
  signInRefusal(now: Date, signInMinutes: number): Problem | undefined {
    const from = this.startsAt.getTime() - signInMinutes * MINUTE;
    return this.status === 'published' && now.getTime() >= from && now < this.endsAt ? undefined : new SignInClosed();
  }
}
