import { Flag, Instant, Int, Json, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { FileDto } from '#files';
import { ByDto, PersonRefDto } from '#http';
import type { Person } from '#roster';
import {
  AvailableActionDto,
  type Case,
  commentOn,
  NameDto,
  OPERATIONS,
  outlineOf,
  type OutlinedStep,
  SignatureDto,
} from '#workflow';
import type { PublishedItem } from '../catalogue/catalogue.queries.js';
import { CHANNELS, KNOWN_FIELDS, MODULES } from '../catalogue/item-content.js';
import { FINDING_SEVERITIES, STEP_DECISIONS, type StepDecision } from '../leave/leaves.dto.js';
import type { Prefilled } from '../catalogue/prefilled.js';
import type { Assessment } from './application.checks.js';
import {
  type Application,
  APPLICATION_OPERATIONS,
  APPLICATION_STATUSES,
  type ApplicationStatus,
  type Filled,
} from './application.entity.js';
import { APPLICATION_MATERIAL } from './application.files.js';
import type { ApplicationOffer } from './application-offers.js';

const ITEM_NAME = { zh: '在读证明', en: 'Certificate of enrolment' };
const STEP_NAME = { zh: '学院审核', en: 'College' };

/** An application as a list shows it: without what is filled in. */
export class ApplicationDto {
  @Uuid({ zh: '办件', en: 'Application' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Text({ zh: '事项代码', en: 'Code of the item', max: 50, example: 'enrolment-certificate' })
  item: string;

  @Int({ zh: '事项版本', en: 'Version of the item', min: 1, max: 1_000_000, example: 1 })
  itemVersion: number;

  @Nested(() => NameDto, { zh: '事项名称', en: 'Name of the item', example: ITEM_NAME })
  name: NameDto;

  @OneOf(MODULES, { zh: '模块', en: 'Module', example: 'enrolled' })
  module: keyof typeof MODULES;

  @OneOf(APPLICATION_STATUSES, { zh: '状态', en: 'Status', example: 'submitted' })
  status: ApplicationStatus;

  @OneOf(CHANNELS, { zh: '渠道', en: 'Channel', example: 'online' })
  channel: keyof typeof CHANNELS;

  @Instant({ zh: '提交时间', en: 'Submitted at', nullable: true, example: '2026-12-01T02:00:00.000Z' })
  submittedAt: Date | null;

  @Instant({ zh: '承诺办结时间', en: 'Promised by', nullable: true, example: '2026-12-04T16:00:00.000Z' })
  dueAt: Date | null;

  @Instant({
    zh: '办结、不予办理或撤回的时间',
    en: 'When it ended',
    nullable: true,
    example: '2026-12-02T03:00:00.000Z',
  })
  endedAt: Date | null;

  @Flag({ zh: '已超承诺时限而未办结', en: 'Open beyond what was promised', example: false })
  overdue: boolean;

  @Int({ zh: '被退回次数', en: 'Times returned for correction', min: 0, max: 1000, example: 0 })
  returnedCount: number;

  @Instant({ zh: '起草时间', en: 'Begun at', example: '2026-12-01T01:50:00.000Z' })
  createdAt: Date;

  @Instant({ zh: '最近变化', en: 'Last changed at', example: '2026-12-01T02:00:00.000Z' })
  updatedAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 2 })
  version: number;

  static from({ personId, number, personName, ...row }: ApplicationRow): ApplicationDto {
    const student = Object.assign(new PersonRefDto(), { id: personId, number, name: personName });
    return Object.assign(new ApplicationDto(), { ...row, student });
  }
}

/** An application, as the list's SQL gives it. */
export interface ApplicationRow extends Omit<ApplicationDto, 'student'> {
  personId: string;
  number: string;
  personName: string;
}

class PrefilledFieldDto {
  @Text({ zh: '表单字段', en: 'Field of the form', max: 50, example: 'college' })
  field: string;

  @OneOf(KNOWN_FIELDS, { zh: '来源', en: 'What it is filled in from', example: 'college' })
  from: keyof typeof KNOWN_FIELDS;

  @Text({ zh: '内容', en: 'Value', example: '计算机学院' })
  value: string;

  static from({ field, from, value }: Prefilled): PrefilledFieldDto {
    return Object.assign(new PrefilledFieldDto(), { field, from, value });
  }
}

class ApplicationMaterialDto {
  @Text({ zh: '材料代码', en: 'Key of the material', max: 50, example: 'diagnosis' })
  key: string;

  @ListOf(() => FileDto, { zh: '文件', en: 'Files', maxItems: APPLICATION_MATERIAL.maxFiles })
  files: FileDto[];
}

class ApplicationStepDto {
  @Text({ zh: '代码，退回时用', en: 'Key, for a return', max: 50, example: 'college' })
  key: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: STEP_NAME })
  name: NameDto;

  @OneOf(STEP_DECISIONS, { zh: '决定', en: 'Decision', example: 'pending' })
  decision: StepDecision;

  @Uuid({ zh: '办理人', en: 'Decided by', nullable: true })
  decidedBy: string | null;

  @Instant({ zh: '办理时间', en: 'Decided at', nullable: true, example: '2026-12-01T03:00:00.000Z' })
  decidedAt: string | null;

  @LongText({ zh: '意见', en: 'Comment', max: 1000, nullable: true, example: '同意' })
  comment: string | null;

  @Instant({ zh: '时限', en: 'To be decided by', nullable: true, example: '2026-12-02T16:00:00.000Z' })
  dueAt: string | null;

  @Flag({ zh: '已超时限', en: 'The deadline has passed', example: false })
  overdue: boolean;

  @ListOf(() => SignatureDto, { zh: '签批', en: 'Signatures', maxItems: 1000, example: [] })
  signatures: SignatureDto[];

  static from(
    case_: Case,
    { step: { key, name }, signers, decision, decisive, dueAt, overdue }: OutlinedStep,
  ): ApplicationStepDto {
    return Object.assign(new ApplicationStepDto(), {
      ...{ key, name, decision: decision ?? 'pending', dueAt, overdue },
      ...{ decidedBy: decisive?.by ?? null, decidedAt: decisive?.at ?? null },
      comment: decisive ? commentOn(case_, decisive) : null,
      signatures: signers.map((signer) => SignatureDto.from(signer)),
    });
  }
}

const { refresh: _refresh, expire: _expire, ...OFFERED } = { ...OPERATIONS, ...APPLICATION_OPERATIONS };

/** Something that can be done with an application, or why the caller cannot now. */
export class ApplicationOfferDto extends AvailableActionDto {
  @OneOf(OFFERED, { zh: '办理', en: 'Action', example: 'approve' })
  declare action: keyof typeof OFFERED;

  static of({ action, choices, refusal }: ApplicationOffer): ApplicationOfferDto {
    return ApplicationOfferDto.fill(new ApplicationOfferDto(), action, refusal ?? choices);
  }
}

/** What is known of an application that is to be shown. */
export interface Shown {
  student: PersonRefDto;
  item: PublishedItem;
  files: FileDto[];
  filled: Filled | null;
  prefilled: Prefilled[];
  case_: Case | undefined;
  offers: ApplicationOffer[];
}

/** One application with everything about it. */
export class ApplicationDetailDto extends ApplicationDto {
  @Json({
    zh: '表单内容，含免填字段；学生个人信息已删除时为空',
    en: "What is filled in, with what is known; null when the student's data was erased",
    ...{ nullable: true, maxBytes: 65_536, example: { college: '计算机学院', purpose: '实习' } },
  })
  data: Record<string, unknown> | null;

  @ListOf(() => PrefilledFieldDto, {
    zh: '免填字段及其来源（草稿）',
    en: 'What is filled in from what is known, and from where (drafts)',
    ...{ maxItems: 20, example: [] },
  })
  prefilled: PrefilledFieldDto[];

  @ListOf(() => ApplicationMaterialDto, { zh: '材料', en: 'Materials', maxItems: 20, example: [] })
  materials: ApplicationMaterialDto[];

  @Nested(() => ByDto, { zh: '由谁起草', en: 'Begun by' })
  createdBy: ByDto;

  @ListOf('text', {
    zh: '退回补正时可改的内容：data.<字段>、materials.<材料>',
    en: 'While it is returned: what may be corrected, `data.<field>` and `materials.<key>`',
    ...{ maxItems: 1000, example: [] },
  })
  correctable: string[];

  @ListOf(() => ApplicationStepDto, { zh: '环节', en: 'Steps', maxItems: 50, example: [] })
  steps: ApplicationStepDto[];

  @ListOf(() => ApplicationOfferDto, {
    zh: '可对其进行的全部办理：本人能否进行，及不能的原因',
    en: 'Everything that can be done with it: whether the caller may now, or why not',
    ...{ maxItems: 30, example: [] },
  })
  actions: ApplicationOfferDto[];

  static of(application: Application, shown: Shown, now: Date): ApplicationDetailDto {
    const { id, item, itemVersion, status, channel, submittedAt, dueAt, endedAt, returnedCount } = application;
    const { createdAt, updatedAt, version, createdBy, createdByApp, materials } = application;
    const { student, item: published, files, filled, prefilled, case_, offers } = shown;
    const open = status === 'submitted' || status === 'returned';
    const known = Object.fromEntries(prefilled.map(({ field, value }) => [field, value]));
    return Object.assign(new ApplicationDetailDto(), {
      ...{ id, student, item, itemVersion: status === 'draft' ? published.version : itemVersion },
      ...{ name: published.content.name, module: published.content.module, status, channel },
      ...{ submittedAt, dueAt, endedAt, overdue: open && dueAt !== null && dueAt <= now, returnedCount },
      ...{ createdAt, updatedAt, version, data: filled && { ...filled.data, ...known } },
      prefilled: prefilled.map((one) => PrefilledFieldDto.from(one)),
      materials: Object.entries(materials).map(([key, ids]) =>
        Object.assign(new ApplicationMaterialDto(), { key, files: files.filter((file) => ids.includes(file.id)) }),
      ),
      createdBy: ByDto.of(createdBy, createdByApp),
      correctable: case_?.instance.correctable ?? [],
      steps: case_ ? outlineOf(case_).map((step) => ApplicationStepDto.from(case_, step)) : [],
      actions: offers.map((offer) => ApplicationOfferDto.of(offer)),
    });
  }
}

class ApplicationFindingDto {
  @OneOf(FINDING_SEVERITIES, { zh: '轻重', en: 'Severity', example: 'blocker' })
  severity: keyof typeof FINDING_SEVERITIES;

  @Text({ zh: '代码', en: 'Stable code', max: 50, example: 'material-missing' })
  code: string;

  @Text({ zh: '所指内容', en: 'Part of the request', max: 1000, example: '#/materials' })
  pointer: string;

  @Text({ zh: '中文说明', en: 'In Chinese', max: 1000, example: '缺少材料：诊断证明' })
  zh: string;

  @Text({ zh: '英文说明', en: 'In English', max: 1000, example: 'Missing: Doctor’s note' })
  en: string;
}

class PlannedApplicationStepDto {
  @Text({ zh: '代码', en: 'Key', max: 50, example: 'college' })
  key: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: STEP_NAME })
  name: NameDto;

  @ListOf(() => PersonRefDto, { zh: '可办理的人员', en: 'Who could decide it', maxItems: 1000, example: [] })
  people: PersonRefDto[];

  @Flag({ zh: '任职空缺，由代办人办理', en: 'Nobody holds the post: the stand-in decides', example: false })
  standIn: boolean;
}

/** What would become of it: whether it can be submitted, who decides, by when. */
export class ApplicationPrecheckDto {
  @Flag({ zh: '能否提交', en: 'Can it be submitted?', example: false })
  possible: boolean;

  @Int({ zh: '事项版本', en: 'Version of the item', min: 1, max: 1_000_000, example: 1 })
  itemVersion: number;

  @Instant({ zh: '承诺办结时间', en: 'Promised by', nullable: true, example: '2026-12-04T16:00:00.000Z' })
  dueAt: Date | null;

  @ListOf(() => PlannedApplicationStepDto, {
    zh: '环节；空为即办',
    en: 'Steps; none: done at once',
    maxItems: 50,
    example: [],
  })
  steps: PlannedApplicationStepDto[];

  @ListOf(() => ApplicationFindingDto, { zh: '核查结果', en: 'Findings', maxItems: 1000, example: [] })
  findings: ApplicationFindingDto[];

  static from({ steps, findings, dueAt }: Assessment, itemVersion: number, people: Person[]): ApplicationPrecheckDto {
    const known = new Map(people.map((person) => [person.id, PersonRefDto.from(person)]));
    return Object.assign(new ApplicationPrecheckDto(), {
      ...{ possible: findings.every(({ severity }) => severity !== 'blocker'), itemVersion, dueAt, findings },
      steps: steps.map(({ step: { key, name }, signers }) =>
        Object.assign(new PlannedApplicationStepDto(), {
          ...{ key, name, standIn: signers.some(({ standIn }) => standIn) },
          people: [...new Set(signers.flatMap(({ candidates }) => candidates))].flatMap((id) => known.get(id) ?? []),
        }),
      ),
    });
  }
}
