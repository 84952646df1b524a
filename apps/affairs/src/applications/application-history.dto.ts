import type { Bilingual } from '#contracts';
import { Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { ByDto } from '#http';
import { AT_DEADLINE, OPERATIONS, type Replay } from '#workflow';

export const APPLICATION_ACTIONS = {
  submit: { zh: '提交', en: 'submitted' },
  ...OPERATIONS,
  ...AT_DEADLINE,
} as const satisfies Record<string, Bilingual>;
export type ApplicationAction = keyof typeof APPLICATION_ACTIONS;

/** A row of the history, as SQL gives it. */
export interface ApplicationActionRow {
  id: string;
  action: ApplicationAction;
  personId: string | null;
  app: string;
  comment: string | null;
  from: string | null;
  to: string | null;
  fields: string[];
  occurredAt: Date;
  key: string;
}

/** One line of an application's history. */
export class ApplicationActionDto {
  @Uuid({ zh: '记录', en: 'Entry' })
  id: string;

  @OneOf(APPLICATION_ACTIONS, { zh: '动作', en: 'Action', example: 'approve' })
  action: ApplicationAction;

  @Nested(() => ByDto, { zh: '由谁', en: 'By whom' })
  by: ByDto;

  @LongText({ zh: '意见', en: 'Comment', max: 2000, nullable: true, example: '同意' })
  comment: string | null;

  @Instant({ zh: '时间', en: 'When', example: '2026-12-01T03:00:00.000Z' })
  occurredAt: Date;

  @Text({ zh: '办理前所处环节', en: 'Where it was before', max: 50, nullable: true, example: 'college' })
  from: string | null;

  @Text({ zh: '办理后所处环节', en: 'Where it is after', max: 50, nullable: true, example: 'approved' })
  to: string | null;

  @ListOf('text', {
    zh: '要求补正的内容，或已补正的内容',
    en: 'What was asked to be corrected, or was',
    maxItems: 1000,
    example: [],
  })
  fields: string[];

  static from({ personId, app, key: _key, ...row }: ApplicationActionRow): ApplicationActionDto {
    return Object.assign(new ApplicationActionDto(), { ...row, by: ByDto.of(personId, app) });
  }
}

class ReplayedActionDto {
  @Int({ zh: '序号', en: 'Number', min: 1, max: 100_000, example: 1 })
  no: number;

  @OneOf(APPLICATION_ACTIONS, { zh: '动作', en: 'Action', example: 'submit' })
  action: string;

  @Instant({ zh: '时间', en: 'When', example: '2026-12-01T03:00:00.000Z' })
  at: string;

  @Int({ zh: '流程版本', en: 'Version of the definition', min: 1, max: 1_000_000, example: 1 })
  definitionVersion: number;

  @Text({ zh: '此后所处环节', en: 'Where it was then', max: 50, example: 'college' })
  state: string;

  @ListOf('uuid', { zh: '此后等待的人员', en: 'For whom it waited then', maxItems: 1000, example: [] })
  waitsFor: string[];

  @Instant({
    zh: '此后的时限',
    en: 'By when the step was to be decided',
    nullable: true,
    example: '2026-12-02T16:00:00.000Z',
  })
  dueAt: string | null;
}

class ReplayDifferenceDto {
  @Int({
    zh: '记录序号；空为现状',
    en: 'Action; null = where it stands now',
    nullable: true,
    min: 1,
    max: 100_000,
    example: 1,
  })
  no: number | null;

  @Text({ zh: '何处不同', en: 'What differs', max: 100, example: 'state' })
  what: string;

  @LongText({ zh: '所存', en: 'As it is stored', min: 0, max: 100_000, example: 'college' })
  stored: string;

  @LongText({ zh: '重算', en: 'As it is worked out', min: 0, max: 100_000, example: 'counselor' })
  computed: string;
}

/** Every decision worked out anew, from the definition version and the inputs that were kept with it. */
export class ApplicationReplayDto {
  @Flag({ zh: '与所存一致', en: 'The same as what is stored', example: true })
  same: boolean;

  @ListOf(() => ReplayDifferenceDto, { zh: '不一致之处', en: 'Where it differs', maxItems: 1000, example: [] })
  differences: ReplayDifferenceDto[];

  @ListOf(() => ReplayedActionDto, { zh: '重算结果', en: 'What each action comes to', maxItems: 1000, example: [] })
  actions: ReplayedActionDto[];

  static from({ actions, differences }: Replay): ApplicationReplayDto {
    return Object.assign(new ApplicationReplayDto(), {
      ...{ same: differences.length === 0, differences },
      actions: actions.map(({ op, ...rest }) => ({ action: op, ...rest })),
    });
  }
}
