import { DateOnly, Int, ListOf, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort, UpdatedSince } from '#http';
import { type Organization, ORGANIZATION_KINDS, type OrganizationKind } from './organization.entity.js';

const BRANCH = '00000000-0000-7000-8000-006000000003';
const UNITS = ['00000000-0000-7000-8000-000200000001', '00000000-0000-7000-8000-000300000001'];

/** A branch, as an answer shows it. */
export class BranchRefDto {
  @Uuid({ zh: '党支部', en: 'Branch', example: BRANCH })
  id: string;

  @Text({ zh: '代码', en: 'Code', example: 'MD-01' })
  code: string;

  @Text({ zh: '名称', en: 'Name', example: '明德书院第一联合党支部' })
  name: string;
}

export class OrganizationDto {
  @Uuid({ zh: '党组织', en: 'Organization', example: BRANCH })
  id: string;

  @OneOf(ORGANIZATION_KINDS, { zh: '种类', en: 'Kind', example: 'joint_branch' })
  kind: OrganizationKind;

  @Text({ zh: '代码', en: 'Code', max: 50, example: 'MD-01' })
  code: string;

  @Text({ zh: '名称', en: 'Name', example: '明德书院第一联合党支部' })
  name: string;

  @Uuid({ zh: '上级党组织', en: 'Parent', nullable: true, example: '00000000-0000-7000-8000-006000000002' })
  parentId: string | null;

  @ListOf('uuid', { zh: '对应的学院、书院等单位', en: 'Units it spans', maxItems: 100, example: UNITS })
  unitIds: string[];

  @DateOnly({ zh: '成立日期', en: 'Founded on', example: '2021-03-01' })
  foundedOn: string;

  @DateOnly({ zh: '撤销日期', en: 'Dissolved on', nullable: true, example: '2027-07-01' })
  dissolvedOn: string | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(organization: Organization): OrganizationDto {
    const { id, kind, code, name, parentId, unitIds, foundedOn, dissolvedOn, version } = organization;
    return Object.assign(new OrganizationDto(), {
      id,
      kind,
      code,
      name,
      parentId,
      unitIds,
      foundedOn,
      dissolvedOn,
      version,
    });
  }
}

export class DescribeOrganizationDto {
  @Text({ zh: '代码', en: 'Code', max: 50, example: 'MD-01' })
  code: string;

  @Text({ zh: '名称', en: 'Name', example: '明德书院第一联合党支部' })
  name: string;

  @Uuid({ zh: '上级党组织；党委可无', en: 'Parent; a committee may have none', nullable: true })
  parentId: string | null;

  @ListOf('uuid', { zh: '对应的学院、书院等单位', en: 'Units it spans', maxItems: 100, unique: true, example: UNITS })
  unitIds: string[];
}

export class FoundOrganizationDto extends DescribeOrganizationDto {
  @OneOf(ORGANIZATION_KINDS, { zh: '种类', en: 'Kind', example: 'joint_branch' })
  kind: OrganizationKind;

  @DateOnly({ zh: '成立日期', en: 'Founded on', example: '2021-03-01' })
  foundedOn: string;
}

export class DissolveDto {
  @DateOnly({ zh: '撤销日期', en: 'Dissolved on', example: '2027-07-01' })
  on: string;
}

export class OrganizationsQuery extends ListQuery {
  @AnyOf(ORGANIZATION_KINDS, { zh: '种类', en: 'Kinds' }, ['branch'])
  kind?: OrganizationKind[];

  @AnyOf('uuid', { zh: '上级党组织', en: 'Parents' })
  parentId?: string[];

  @AnyOf('uuid', { zh: '对应单位', en: 'Spans one of these units' })
  unitId?: string[];

  @DateOnly({ zh: '在该日存在', en: 'In existence on that day', optional: true })
  on?: string;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['code', 'updatedAt'])
  sort?: string;
}
