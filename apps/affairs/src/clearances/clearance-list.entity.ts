import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import { ClearanceListNotInState } from './clearances.problems.js';

export const CLEARANCE_KINDS = {
  arrival: { zh: '报到', en: 'arrival: registration of new students' },
  departure: { zh: '离校', en: 'departure: leaving the school' },
} as const satisfies Record<string, Bilingual>;
export type ClearanceKind = keyof typeof CLEARANCE_KINDS;

export const LIST_STATUSES = {
  draft: { zh: '草稿', en: 'draft' },
  open: { zh: '办理中', en: 'open' },
  closed: { zh: '已结束', en: 'closed' },
} as const satisfies Record<string, Bilingual>;
export type ListStatus = keyof typeof LIST_STATUSES;

export const EVIDENCE = {
  none: { zh: '无需材料', en: 'none' },
  text: { zh: '学生填写说明', en: 'a text of the student' },
  file: { zh: '学生上传文件', en: 'files of the student' },
} as const satisfies Record<string, Bilingual>;
export type Evidence = keyof typeof EVIDENCE;

/** What a department clears, as a list says it. */
export interface ClearanceEntry {
  code: string;
  title: Bilingual;
  /** The department; null: the student's own college. */
  unitId: string | null;
  /** While it is open, the clearance is not complete. */
  blocking: boolean;
  evidence: Evidence;
  /** A system answers it. */
  automatic: boolean;
  /** 绿色通道: it may be put off. */
  deferrable: boolean;
  /** Codes of the entries that come first. */
  after: string[];
}

/** What whoever keeps it says of it. */
export interface ListContent {
  kind: ClearanceKind;
  title: Bilingual;
  from: string;
  to: string;
  unitIds: string[];
  grades: string[];
  entries: ClearanceEntry[];
}

/** A list of what departments clear for students who arrive or leave (清单). */
@Entity({ schema: 'affairs', name: 'clearance_list' })
export class ClearanceList extends BaseEntity {
  @Column('text')
  kind: ClearanceKind;

  @Column('jsonb')
  title: Bilingual;

  /** First and last day on which students hand in what is asked of them. */
  @Column('date')
  fromDate: string;

  @Column('date')
  toDate: string;

  /** Units whose students it is for; none: all. */
  @Column('uuid', { array: true })
  unitIds: string[];

  /** Grades whose students it is for; none: all. */
  @Column('text', { array: true })
  grades: string[];

  @Column('jsonb')
  entries: ClearanceEntry[];

  @Column('text')
  status: ListStatus = 'draft';

  static draft(content: ListContent): ClearanceList {
    const list = new ClearanceList();
    list.change(content);
    return list;
  }

  change({ kind, title, from, to, unitIds, grades, entries }: ListContent): void {
    this.mustBe('draft');
    Object.assign(this, { kind, title, fromDate: from, toDate: to, unitIds, grades, entries });
  }

  get content(): ListContent {
    const { kind, title, fromDate, toDate, unitIds, grades, entries } = this;
    return { kind, title, from: fromDate, to: toDate, unitIds, grades, entries };
  }

  /** Its entries stay as they are from now on: students have begun with them. */
  open(): void {
    this.mustBe('draft');
    this.status = 'open';
  }

  close(): void {
    this.mustBe('open');
    this.status = 'closed';
  }

  reopen(): void {
    this.mustBe('closed');
    this.status = 'open';
  }

  mustBe(status: ListStatus): void {
    if (this.status !== status) throw new ClearanceListNotInState();
  }

  entry(code: string): ClearanceEntry {
    return this.entries.find((one) => one.code === code)!;
  }
}
