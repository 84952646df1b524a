import { UNIT_KINDS } from '#contracts';
import { Flag, Int, ListOf, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort, UpdatedSince } from '#http';
import type { Unit } from './unit.entity.js';

export class UnitsQuery extends ListQuery {
  @AnyOf(UNIT_KINDS, { zh: '种类', en: 'Kinds' }, ['college'])
  kind?: string[];

  @AnyOf('uuid', { zh: '直接上级', en: 'Direct parents' })
  parentId?: string[];

  @AnyOf('text', { zh: '代码（精确）', en: 'Codes, exact' }, ['CS'])
  code?: string[];

  @Text({ zh: '名称中的文字', en: 'Part of the name', max: 50, optional: true, example: '计算机' })
  name?: string;

  @Flag({ zh: '是否在用', en: 'Active', optional: true })
  active?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['code', 'name', 'updatedAt'])
  sort?: string;
}

export class UnitDto {
  @Uuid({ zh: '单位', en: 'Unit' })
  id: string;

  @OneOf(UNIT_KINDS, { zh: '种类', en: 'Kind', example: 'college' })
  kind: string;

  @Text({ zh: '代码', en: 'Code', example: 'CS' })
  code: string;

  @Text({ zh: '名称', en: 'Name', example: '计算机学院' })
  name: string;

  @Uuid({ zh: '上级单位', en: 'Parent', nullable: true })
  parentId: string | null;

  @Uuid({ zh: '所属学期', en: 'Term', nullable: true })
  termId: string | null;

  @Flag({ zh: '是否在用', en: 'Active' })
  active: boolean;

  static from(unit: Unit): UnitDto {
    const { id, kind, code, name, parentId, termId, active } = unit;
    return Object.assign(new UnitDto(), { id, kind, code, name, parentId, termId, active });
  }
}

/** A unit alone, with every unit above it. */
export class UnitDetailDto extends UnitDto {
  @ListOf(() => UnitDto, { zh: '从最上级到本单位', en: 'From the top down to this unit', maxItems: 50, example: [] })
  path: UnitDto[];

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647 })
  version: number;

  static of(unit: Unit, path: Unit[]): UnitDetailDto {
    const above = path.map((one) => UnitDto.from(one));
    return Object.assign(new UnitDetailDto(), UnitDto.from(unit), { path: above, version: unit.version });
  }
}
