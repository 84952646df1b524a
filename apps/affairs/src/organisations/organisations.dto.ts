import { DateOnly, Flag, Int, ListOf, OneOf, Nested, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import {
  MEMBER_POSTS,
  type MemberPost,
  ORGANISATION_KINDS,
  ORGANISATION_STATUSES,
  type OrganisationKind,
} from './organisation.entity.js';

const MANY = 2_147_483_647;
const UNIT = '00000000-0000-7000-8000-000200000001';

export class OrganisationsQuery extends ListQuery {
  @AnyOf(ORGANISATION_KINDS, { zh: '类型', en: 'Kinds' }, ['club'])
  kind?: OrganisationKind[];

  @AnyOf(ORGANISATION_STATUSES, { zh: '状态', en: 'Statuses' }, ['active'])
  status?: string[];

  @AnyOf('uuid', { zh: '指导单位（含其下级）', en: 'Units that guide them, those below included' }, [UNIT])
  unitId?: string[];

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['name', 'updatedAt'])
  sort?: string;
}

export class OrganisationFormDto {
  @OneOf(ORGANISATION_KINDS, { zh: '类型', en: 'Kind', example: 'club' })
  kind: OrganisationKind;

  @Text({ zh: '名称', en: 'Name', max: 100, example: '计算机爱好者协会' })
  name: string;

  @DateOnly({ zh: '成立日期', en: 'Founded on', example: '2020-09-01' })
  foundedOn: string;
}

export class FoundOrganisationDto extends OrganisationFormDto {
  @Uuid({ zh: '指导单位，须在本人负责范围内', en: 'The unit that guides it; in one’s charge', example: UNIT })
  unitId: string;
}

export class OrganisationActionDto {
  @OneOf(
    {
      change: { zh: '修改', en: 'change it' },
      dissolve: { zh: '解散', en: 'dissolve it' },
      add_member: { zh: '登记成员', en: 'add a member' },
    },
    { zh: '办理', en: 'Action', example: 'change' },
  )
  action: 'change' | 'dissolve' | 'add_member';

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class OrganisationDto extends OrganisationFormDto {
  @Uuid({ zh: '组织', en: 'Organisation' })
  id: string;

  @Uuid({ zh: '指导单位', en: 'The unit that guides it', example: UNIT })
  unitId: string;

  @OneOf(ORGANISATION_STATUSES, { zh: '状态', en: 'Status', example: 'active' })
  status: keyof typeof ORGANISATION_STATUSES;

  @Int({ zh: '今日成员人数', en: 'Members today', min: 0, max: MANY, example: 42 })
  members: number;

  @ListOf(() => OrganisationActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: OrganisationActionDto[];

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;
}

export class OrganisationMembersQuery extends ListQuery {
  @AnyOf('uuid', { zh: '组织', en: 'Organisations' })
  organisationId?: string[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @AnyOf(MEMBER_POSTS, { zh: '职务', en: 'Posts' }, ['president'])
  post?: MemberPost[];

  @DateOnly({ zh: '该日在任', en: 'Who is there on this day', optional: true, example: '2027-03-01' })
  on?: string;

  @Sort(['validFrom'])
  sort?: string;
}

export class AddOrganisationMemberDto {
  @Uuid({ zh: '学生', en: 'Student', example: '00000000-0000-7000-8000-003000000001' })
  studentId: string;

  @OneOf(MEMBER_POSTS, { zh: '职务', en: 'Post', example: 'member' })
  post: MemberPost;

  @DateOnly({ zh: '起', en: 'From', example: '2026-09-01' })
  validFrom: string;

  @DateOnly({ zh: '止（不含）', en: 'To, exclusive', optional: true, example: '2027-09-01' })
  validTo?: string;
}

export class EndOrganisationMemberDto {
  @DateOnly({
    zh: '止（不含）；等于起期即撤销登记',
    en: 'To, exclusive; the day it began on takes it back',
    example: '2027-03-01',
  })
  validTo: string;
}

export class OrganisationMemberDto {
  @Uuid({ zh: '任职', en: 'Membership' })
  id: string;

  @Uuid({ zh: '组织', en: 'Organisation' })
  organisationId: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @OneOf(MEMBER_POSTS, { zh: '职务', en: 'Post', example: 'member' })
  post: MemberPost;

  @DateOnly({ zh: '起', en: 'From', example: '2026-09-01' })
  validFrom: string;

  @DateOnly({ zh: '止（不含）', en: 'To, exclusive', nullable: true, example: '2027-09-01' })
  validTo: string | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: OrganisationMemberDto): OrganisationMemberDto {
    return Object.assign(new OrganisationMemberDto(), row);
  }
}

/** How many students govern themselves today: people, not posts. */
export class GovernanceDto {
  @DateOnly({ zh: '日期', en: 'Day', example: '2027-03-01' })
  date: string;

  @Int({ zh: '组织数', en: 'Active organisations', min: 0, max: MANY, example: 120 })
  organisations: number;

  @Int({
    zh: '参与治理的学生人数（不重复）',
    en: 'Students who are in any of them, each once',
    min: 0,
    max: MANY,
    example: 3120,
  })
  students: number;

  @Int({
    zh: '其中负责人与骨干（不重复）',
    en: 'Of these presidents and officers, each once',
    min: 0,
    max: MANY,
    example: 640,
  })
  officers: number;
}
