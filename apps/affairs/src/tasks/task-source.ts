import type { Actor } from '#auth';
import type { Bilingual } from '#contracts';
import type { Sql } from '#database';

export const TASK_KINDS = {
  leave: { zh: '请假', en: 'A leave' },
  application: { zh: '办件', en: 'An application for an item of the catalogue' },
  ticket: { zh: '工单', en: 'A ticket' },
  round: { zh: '评选名单', en: 'The list of a round' },
  'round-entry': { zh: '参评', en: 'An entry of a round' },
  'round-objection': { zh: '公示异议', en: 'An objection to a public notice' },
  'clearance-sign-off': { zh: '报到离校事项', en: 'An entry of a clearance' },
  claim: { zh: '第二课堂申报', en: 'A claim of the second classroom' },
  'work-study-application': { zh: '勤工助学申请', en: 'An application for a post of work-study' },
  'work-study-shift': { zh: '勤工助学工时', en: 'A shift of work-study' },
  star: { zh: '星级志愿者', en: 'Volunteer stars' },
  'sanction-appeal': { zh: '处分申诉', en: 'An appeal against a sanction' },
  booking: { zh: '预约', en: 'A booking' },
  'group-leave': { zh: '集体请假', en: 'A group leave' },
  'holiday-registration': { zh: '节假日去向登记', en: 'A registration for a holiday' },
} as const satisfies Record<string, Bilingual>;
export type TaskKind = keyof typeof TASK_KINDS;

/** Whose inbox it is. */
export interface TaskAsker {
  actor: Actor;
  /** The actor's person. */
  me: string;
  now: Date;
  /** YYYY-MM-DD */
  today: string;
  timeZone: string;
}

/**
 * One way in which rows of a feature wait for a person, as parts of a statement: `SELECT … FROM from WHERE where`. It says the same as the
 * feature's own `refusal` or `availableActions`. Each feature exports its own; nothing of it is asked of whom it cannot wait for.
 */
export interface TaskSource {
  /** Of cases, which are of two kinds, one of them: see `case`. */
  kind: TaskKind;
  /** What is to be done: a code, once in the kind. */
  step: string;
  /** The same in words. */
  name: Bilingual | Sql;
  from: Sql;
  where: readonly (Sql | undefined)[];
  /** Id of the row. */
  id: Sql;
  version: Sql;
  /** JSON, `{ zh, en }`. */
  title: Sql;
  /** Whom it is about; NULL: nobody by themselves. */
  student: Sql;
  since: Sql;
  /** An instant; NULL: no deadline. */
  dueAt: Sql;
  /** A boolean; `dueAt` has passed when left out. */
  overdue?: Sql;
  /** Where it is seen, with its `actions`: what the id follows. */
  path: string | Sql;
  /** What cases alone have. */
  case?: Record<
    'kind' | 'id' | 'signer' | 'definition' | 'step' | 'item' | 'escalated' | 'standIn' | 'insteadOf' | 'delegated',
    Sql
  >;
}

/** Sources of a feature for a person, none where their rights say that nothing waits. */
export type TaskSources = (asker: TaskAsker) => TaskSource[];
