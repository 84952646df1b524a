import { SERVICE_NAMES, type ServiceName, SERVICES } from '#contracts';
import { DateOnly, Flag, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ByDto, ListQuery, Sort } from '#http';
import {
  MERGE_ACTIONS,
  MERGE_GROUNDS,
  MERGE_STATUSES,
  type MergeAction,
  type MergeGround,
  type MergeStatus,
  type PersonMerge,
} from './merge.entity.js';
import type { MergeChange } from './merge.queries.js';

const WHAT = {
  person: { zh: '人员档案', en: 'Record of a person' },
  source: { zh: '来源标识', en: 'What a source calls the person' },
  membership: { zh: '所属单位', en: 'Membership of a unit' },
  residence: { zh: '住宿', en: 'Bed' },
} as const;

const HOW = {
  moved: { zh: '移到保留的档案', en: 'Moves to the record that is kept' },
  cut: { zh: '日期冲突，截短', en: 'Cut, as days conflict' },
  left_out: { zh: '日期全部冲突，去掉', en: 'Left out, as all its days conflict' },
  added: { zh: '截开后的后一段', en: 'The later part of one that was cut in the middle' },
  changed: { zh: '更改', en: 'Changed' },
} as const;

export class MergesQuery extends ListQuery {
  @AnyOf(MERGE_STATUSES, { zh: '状态', en: 'Statuses' }, ['waiting'])
  status?: MergeStatus[];

  @AnyOf('uuid', { zh: '保留或放弃的人员', en: 'People who are kept or given up' })
  personId?: string[];

  @Sort(['createdAt'])
  sort?: string;
}

export class MergePairDto {
  @Uuid({ zh: '保留的档案', en: 'The record to keep', example: '00000000-0000-7000-8000-003000000001' })
  keptId: string;

  @Uuid({ zh: '放弃的档案', en: 'The record to give up', example: '00000000-0000-7000-8000-003000000002' })
  givenUpId: string;
}

export class ProposeMergeDto extends MergePairDto {
  @OneOf(MERGE_GROUNDS, { zh: '理由', en: 'Reason', example: 'second_source' })
  ground: MergeGround;
}

/** A row that a merge changes. */
export class MergeChangeDto {
  @OneOf(WHAT, { zh: '什么', en: 'What', example: 'membership' })
  what: MergeChange['what'];

  @OneOf(HOW, { zh: '怎样', en: 'How', example: 'moved' })
  how: keyof typeof HOW;

  @Uuid({ zh: '人员、单位或床位', en: 'The person, the unit or the bed', nullable: true })
  id: string | null;

  @Text({ zh: '来源系统', en: 'Source', nullable: true, example: 'sis' })
  source: string | null;

  @Text({ zh: '来源系统中的标识', en: 'What the source calls the person', nullable: true, example: 's-2024-17' })
  externalId: string | null;

  @DateOnly({ zh: '原自（含）', en: 'From, before', nullable: true, example: '2024-09-01' })
  validFrom: string | null;

  @DateOnly({ zh: '原至（不含）', en: 'Until, before', nullable: true, example: null as never })
  validTo: string | null;

  @DateOnly({ zh: '现自（含）', en: 'From, after', nullable: true, example: '2024-09-01' })
  newFrom: string | null;

  @DateOnly({ zh: '现至（不含）', en: 'Until, after', nullable: true, example: null as never })
  newTo: string | null;

  static from(this: void, { what, before, after }: MergeChange): MergeChangeDto {
    const row = before ?? after!;
    const text = (values: MergeChange['before'], column: string) => (values?.[column] ?? null) as string | null;
    const dated = what === 'membership' || what === 'residence';
    return Object.assign(new MergeChangeDto(), {
      what,
      how: howOf({ what, before, after }),
      id: text(row, { person: 'id', source: 'none', membership: 'unit_id', residence: 'bed_id' }[what]),
      source: text(row, 'source'),
      externalId: text(row, 'sourced_id'),
      validFrom: dated ? text(before, 'valid_from') : null,
      validTo: dated ? text(before, 'valid_to') : null,
      newFrom: dated ? text(after, 'valid_from') : null,
      newTo: dated ? text(after, 'valid_to') : null,
    });
  }
}

function howOf({ what, before, after }: MergeChange): keyof typeof HOW {
  if (!before) return 'added';
  if (!after) return 'left_out';
  const differs = (column: string) => before[column] !== after[column];
  if (differs('valid_from') || differs('valid_to')) return 'cut';
  return what !== 'person' && (differs('person_id') || differs('id')) ? 'moved' : 'changed';
}

export class MergePreviewDto extends MergePairDto {
  @Flag({
    zh: '保留的档案沿用被放弃档案的学工号、姓名与状态（仅后者在籍时）',
    en: 'The kept record takes over number, name and state of the other, as only that one is active',
    example: false,
  })
  takesOver: boolean;

  @Flag({ zh: '是否有日期冲突', en: 'Whether days conflict', example: false })
  conflicts: boolean;

  @ListOf(() => MergeChangeDto, { zh: '变动', en: 'Changes' })
  changes: MergeChangeDto[];

  static of(keptId: string, givenUpId: string, changed: MergeChange[]): MergePreviewDto {
    const changes = changed.map(MergeChangeDto.from);
    const kept = changed.find(({ what, before }) => what === 'person' && before?.['id'] === keptId);
    return Object.assign(new MergePreviewDto(), {
      ...{ keptId, givenUpId, changes },
      takesOver: kept !== undefined,
      conflicts: changes.some(({ how }) => how === 'cut' || how === 'left_out'),
    });
  }
}

export class ServiceRowsDto {
  @OneOf(SERVICES, { zh: '服务', en: 'Service', example: 'affairs' })
  service: ServiceName;

  @Int({ zh: '条数', en: 'Rows', min: 0, max: 2_147_483_647, example: 3 })
  rows: number;
}

export class MergeNoteDto {
  @Text({ zh: '中文', en: 'In Chinese', max: 1000, example: '这些服务有被放弃档案的数据：服务事务 3 条' })
  zh: string;

  @Text({ zh: '英文', en: 'In English', max: 1000, example: 'These services have rows of the record: affairs 3' })
  en: string;
}

export class MergeDto extends MergePairDto {
  @Uuid({ zh: '合并', en: 'Merge' })
  id: string;

  @OneOf(MERGE_GROUNDS, { zh: '理由', en: 'Reason', example: 'second_source' })
  ground: MergeGround;

  @OneOf(MERGE_STATUSES, { zh: '状态', en: 'Status', example: 'waiting' })
  status: MergeStatus;

  @Nested(() => ByDto, { zh: '提出者', en: 'Proposed by' })
  proposedBy: ByDto;

  @Nested(() => ByDto, { zh: '确认者或拒绝者', en: 'Confirmed or refused by', nullable: true, example: null as never })
  decidedBy: ByDto | null;

  @Nested(() => ByDto, { zh: '撤销者', en: 'Undone by', nullable: true, example: null as never })
  undoneBy: ByDto | null;

  @Instant({ zh: '提出时间', en: 'Proposed at', example: '2026-12-01T02:00:00.000Z' })
  createdAt: Date;

  @Instant({ zh: '合并时间', en: 'Merged at', nullable: true, example: null as never })
  doneAt: Date | null;

  @Instant({ zh: '撤销时间', en: 'Undone at', nullable: true, example: null as never })
  undoneAt: Date | null;

  @ListOf(MERGE_ACTIONS, { zh: '当前可做', en: 'What the caller can do now', maxItems: 4, example: ['confirm'] })
  actions: MergeAction[];

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(merge: PersonMerge, actions: MergeAction[]): MergeDto {
    return Object.assign(new MergeDto(), partsOf(merge, actions));
  }
}

function partsOf(merge: PersonMerge, actions: MergeAction[]) {
  const { id, keptId, givenUpId, ground, status, createdAt, doneAt, undoneAt, version } = merge;
  const by = (stored: string | null) => (stored === null ? null : ByDto.from(stored));
  return {
    ...{ id, keptId, givenUpId, ground, status, createdAt, doneAt, undoneAt, actions, version },
    ...{ proposedBy: by(merge.proposedBy), decidedBy: by(merge.decidedBy), undoneBy: by(merge.undoneBy) },
  };
}

export class MergeDetailDto extends MergeDto {
  @Int({
    zh: `已答复的服务数（共 ${SERVICE_NAMES.length} 个）`,
    en: `Services that have answered, of ${SERVICE_NAMES.length}`,
    min: 0,
    max: SERVICE_NAMES.length,
    example: SERVICE_NAMES.length,
  })
  answered: number;

  @ListOf(() => ServiceRowsDto, {
    zh: '有被放弃档案数据的服务；合并完成后列出的，是合并之际或之后才写入的',
    en: 'Services with rows of the record that is given up; after a merge those that were written while it was done or later',
    maxItems: SERVICE_NAMES.length,
    example: [],
  })
  rows: ServiceRowsDto[];

  @Nested(() => MergeNoteDto, {
    zh: '为何不能合并',
    en: 'Why it cannot be done',
    nullable: true,
    example: null as never,
  })
  note: MergeNoteDto | null;

  @ListOf(() => MergeChangeDto, { zh: '合并的变动', en: 'What the merge changed', example: [] })
  changes: MergeChangeDto[];

  static of(
    merge: PersonMerge,
    actions: MergeAction[],
    more: Pick<MergeDetailDto, 'answered' | 'rows' | 'note' | 'changes'>,
  ): MergeDetailDto {
    return Object.assign(new MergeDetailDto(), partsOf(merge, actions), more);
  }
}
