import { DateOnly, Int, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { MEMBER_KINDS, type MemberKind } from './member.entity.js';

const BRANCH = '00000000-0000-7000-8000-006000000003';
const PERSON = '00000000-0000-7000-8000-004000000001';

export class DescribeMemberDto {
  @OneOf(MEMBER_KINDS, { zh: '正式或预备', en: 'Full or probationary', example: 'full_member' })
  kind: MemberKind;

  @DateOnly({ zh: '入党日期', en: 'Joined the Party on', example: '2019-06-20' })
  joinedOn: string;

  @Text({ zh: '党小组', en: 'Party group', max: 50, optional: true, nullable: true, example: '第一党小组' })
  partyGroup: string | null = null;

  @DateOnly({ zh: '在本支部的起始日期', en: 'First day in this branch', example: '2024-09-01' })
  validFrom: string;

  @DateOnly({
    zh: '结束日期（不含）',
    en: 'First day no longer; absent or null = open',
    optional: true,
    nullable: true,
    example: '2028-07-01',
  })
  validTo: string | null = null;
}

export class AddMemberDto extends DescribeMemberDto {
  @Uuid({ zh: '党支部', en: 'Branch', example: BRANCH })
  organizationId: string;

  @Uuid({ zh: '党员', en: 'Who', example: PERSON })
  personId: string;
}

export class MemberDto extends DescribeMemberDto {
  @Uuid({ zh: '党员记录', en: 'Membership', example: '00000000-0000-7000-8000-006100000001' })
  id: string;

  @Uuid({ zh: '党支部', en: 'Branch', example: BRANCH })
  organizationId: string;

  @Nested(() => PersonRefDto, { zh: '党员', en: 'Who' })
  person: PersonRefDto;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(this: void, row: object): MemberDto {
    return Object.assign(new MemberDto(), row);
  }
}

export class MembersQuery extends ListQuery {
  @AnyOf('uuid', { zh: '党支部', en: 'Branches' }, [BRANCH])
  organizationId?: string[];

  @AnyOf(MEMBER_KINDS, { zh: '正式或预备', en: 'Full or probationary' }, ['full_member'])
  kind?: MemberKind[];

  @DateOnly({ zh: '在该日为党员；缺省为全部', en: 'Member on that day; absent = all times', optional: true })
  on?: string;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['validFrom', 'updatedAt'])
  sort?: string;
}
