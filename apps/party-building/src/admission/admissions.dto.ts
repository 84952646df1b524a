import { BranchRefDto } from '../organizations/organizations.dto.js';
import { DateOnly, Flag, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ByDto, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { ENTRY_KINDS, type AdmissionEntry } from './admission.entity.js';
import type { AdmissionRow } from './admissions.queries.js';
import { VerdictDto } from './timeline.dto.js';
import type { Evidence } from './evidence.js';
import { type Stage, STAGES } from './rule-set.js';

const BRANCH = '00000000-0000-7000-8000-006000000003';
const STUDENT = '00000000-0000-7000-8000-003000000001';
const CODE = /^[a-z][a-z0-9_]*$/;

export const ADMISSION_STATUSES = {
  open: { zh: '在办', en: 'open' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
};

export class AdmissionDto {
  @Uuid({ zh: '发展党员记录', en: 'Admission', example: '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '申请人', en: 'Applicant' })
  person: PersonRefDto;

  @Nested(() => BranchRefDto, { zh: '党支部', en: 'Branch that carries it' })
  organization: BranchRefDto;

  @OneOf(ADMISSION_STATUSES, { zh: '状态', en: 'Status', example: 'open' })
  status: string;

  @OneOf(STAGES, { zh: '阶段', en: 'Stage', example: 'activist' })
  stage: Stage;

  @Int({ zh: '已完成到第几步；0 为无', en: 'Highest step that is done; 0 = none', min: 0, max: 25, example: 3 })
  step: number;

  @DateOnly({ zh: '递交申请日期', en: 'Applied on', example: '2026-09-20' })
  appliedOn: string;

  @DateOnly({
    zh: '出生日期（本人填写，未经核验）',
    en: 'Birth date as stated by the applicant, not verified',
    example: '2006-01-01',
  })
  birthDate: string;

  @Text({ zh: '所依据的《细则》版本', en: 'Version of the rules it runs under', example: 'cpc-2026.05' })
  ruleVersion: string;

  @Int({
    zh: '学校要求的版本；0 为无',
    en: "Version of the school's additions; 0 = none",
    min: 0,
    max: 1_000_000,
    example: 0,
  })
  policyNumber: number;

  @DateOnly({ zh: '最近的期限', en: 'Nearest deadline', nullable: true, example: '2026-10-20' })
  dueOn: string | null;

  @Int({ zh: '该期限所属步骤', en: 'Step of that deadline', nullable: true, min: 1, max: 25, example: 2 })
  dueStep: number | null;

  @Flag({ zh: '已逾期', en: 'The deadline has passed', example: false })
  overdue: boolean;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 3 })
  version: number;

  static from(row: AdmissionRow, today: string): AdmissionDto {
    return Object.assign(new AdmissionDto(), row, { overdue: row.dueOn !== null && row.dueOn < today });
  }
}

/** What recording a step answers. */
export class RecordedAdmissionDto extends AdmissionDto {
  @ListOf(() => VerdictDto, { zh: '这一步的各项规定', en: 'What the gates of the step said', maxItems: 100 })
  verdicts: VerdictDto[];
}

class DocumentDto {
  @Text({ zh: '材料种类', en: 'Kind', max: 50, pattern: CODE, example: 'application_letter' })
  kind: string;

  @Text({ zh: '档案编号或存放处', en: 'Where the school keeps it', example: 'DA-2026-0113' })
  reference: string;
}

class EvidencePersonDto {
  @Text({ zh: '身份', en: 'Role', max: 50, pattern: CODE, example: 'contact' })
  role: string;

  @Uuid({ zh: '人员', en: 'Person', example: '00000000-0000-7000-8000-004000000001' })
  personId: string;
}

class ChoiceDto {
  @Text({ zh: '选项名', en: 'Name', max: 50, pattern: CODE, example: 'method' })
  name: string;

  @Text({ zh: '选项值', en: 'Value', max: 50, pattern: CODE, example: 'member_recommendation' })
  value: string;
}

export class ApplyDto {
  @Uuid({ zh: '递交给的党支部', en: 'Branch it is handed to', example: BRANCH })
  organizationId: string;

  @DateOnly({ zh: '出生日期（本人填写）', en: 'Birth date, as the applicant states it', example: '2006-01-01' })
  birthDate: string;

  @ListOf(() => DocumentDto, { zh: '材料（入党申请书等）', en: 'Papers: the application letter', maxItems: 20 })
  documents: DocumentDto[];
}

export class OpenAdmissionDto extends ApplyDto {
  @Uuid({ zh: '申请人', en: 'Applicant', example: STUDENT })
  personId: string;

  @DateOnly({ zh: '收到申请书的日期', en: 'The day the application was received', example: '2026-09-20' })
  appliedOn: string;
}

export class RecordStepDto {
  @DateOnly({ zh: '办理日期', en: 'The day the step was taken', example: '2026-10-08' })
  takenOn: string;

  @ListOf(() => DocumentDto, { zh: '材料', en: 'Papers', maxItems: 20, optional: true })
  documents: DocumentDto[] = [];

  @ListOf(() => EvidencePersonDto, { zh: '相关人员', en: 'People', maxItems: 20, optional: true })
  people: EvidencePersonDto[] = [];

  @ListOf(() => ChoiceDto, { zh: '选项', en: 'Choices', maxItems: 20, optional: true })
  choices: ChoiceDto[] = [];
}

export class ReasonDto {
  @LongText({ zh: '原因', en: 'Why', max: 1000, example: '日期录入有误' })
  reason: string;
}

export class MoveAdmissionDto extends ReasonDto {
  @Uuid({ zh: '转入的党支部', en: 'Branch it moves to', example: BRANCH })
  organizationId: string;

  @DateOnly({ zh: '转移日期', en: 'The day it moves', example: '2026-11-01' })
  on: string;
}

class EvidenceDto {
  @ListOf(() => DocumentDto, { zh: '材料', en: 'Papers', maxItems: 20 })
  documents: DocumentDto[];

  @ListOf(() => EvidencePersonDto, { zh: '相关人员', en: 'People', maxItems: 20 })
  people: EvidencePersonDto[];

  @ListOf(() => ChoiceDto, { zh: '选项', en: 'Choices', maxItems: 20 })
  choices: ChoiceDto[];
}

export class AdmissionEntryDto {
  @Uuid({ zh: '记录', en: 'Entry', example: '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f' })
  id: string;

  @Int({ zh: '序号', en: 'Number', min: 1, max: 1_000_000, example: 1 })
  number: number;

  @OneOf(ENTRY_KINDS, { zh: '种类', en: 'Kind', example: 'record' })
  kind: keyof typeof ENTRY_KINDS;

  @Int({ zh: '步骤', en: 'Step', nullable: true, min: 1, max: 25, example: 1 })
  step: number | null;

  @DateOnly({ zh: '日期', en: 'The day it was taken', example: '2026-09-20' })
  takenOn: string;

  @Flag({ zh: '是否有效（未被撤销的办理）', en: 'Counts: a step that was not reversed', example: true })
  stands: boolean;

  @Nested(() => EvidenceDto, { zh: '材料、人员与选项', en: 'Papers, people and choices' })
  evidence: Evidence;

  @ListOf(() => VerdictDto, { zh: '当时的判断', en: 'As judged then', maxItems: 100 })
  verdicts: VerdictDto[];

  @Text({ zh: '《细则》版本', en: 'Version of the rules', example: 'cpc-2026.05' })
  ruleVersion: string;

  @Int({ zh: '学校要求的版本', en: "Version of the school's additions", min: 0, max: 1_000_000, example: 0 })
  policyNumber: number;

  @Uuid({ zh: '所撤销的记录', en: 'The entry it reverses', nullable: true })
  reversesId: string | null;

  @Uuid({ zh: '转入的党支部', en: 'Branch it moved to', nullable: true, example: BRANCH })
  organizationId: string | null;

  @LongText({ zh: '原因', en: 'Why', max: 1000, nullable: true, example: '日期录入有误' })
  reason: string | null;

  @Nested(() => ByDto, { zh: '由谁录入', en: 'Entered by' })
  enteredBy: ByDto;

  static from(entry: AdmissionEntry, stands: boolean): AdmissionEntryDto {
    const { id, number, kind, step, takenOn, evidence, verdicts, ruleVersion, policyNumber } = entry;
    const { reversesId, organizationId, reason, enteredByPerson, enteredByApp } = entry;
    return Object.assign(new AdmissionEntryDto(), {
      ...{ id, number, kind, step, takenOn, stands, evidence, verdicts, ruleVersion, policyNumber },
      ...{ reversesId, organizationId, reason, enteredBy: ByDto.of(enteredByPerson, enteredByApp) },
    });
  }
}

export class AdmissionsQuery extends ListQuery {
  @AnyOf(STAGES, { zh: '阶段', en: 'Stages' }, ['activist'])
  stage?: Stage[];

  @AnyOf(ADMISSION_STATUSES, { zh: '状态', en: 'Statuses' }, ['open'])
  status?: string[];

  @AnyOf('uuid', { zh: '党支部', en: 'Branches' }, [BRANCH])
  organizationId?: string[];

  @Flag({ zh: '是否逾期', en: 'Overdue or not', optional: true, example: true })
  overdue?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['appliedOn', 'updatedAt'])
  sort?: string;
}

export class ContactsQuery extends ListQuery {
  @Sort(['admissions', 'number'])
  sort?: string;
}

export class ContactDto {
  @Uuid({ zh: '培养联系人', en: 'Cultivation contact', example: '00000000-0000-7000-8000-004000000001' })
  personId: string;

  @Text({ zh: '学号或工号', en: 'Student or staff number', example: 'T0001' })
  number: string;

  @Text({ zh: '姓名', en: 'Name', example: '王老师' })
  name: string;

  @Int({ zh: '联系的在办人数', en: 'Open admissions they accompany', min: 0, max: 1_000_000, example: 4 })
  admissions: number;
}
