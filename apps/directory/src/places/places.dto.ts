import { PLACE_KINDS } from '#contracts';
import { Flag, Int, ListOf, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort, UpdatedSince } from '#http';
import type { Place } from './place.entity.js';

export class PlacesQuery extends ListQuery {
  @AnyOf(PLACE_KINDS, { zh: '种类', en: 'Kinds' }, ['building'])
  kind?: string[];

  @AnyOf('uuid', { zh: '直接上级', en: 'Direct parents' })
  parentId?: string[];

  @AnyOf('uuid', { zh: '所属网格', en: 'Grids' })
  gridId?: string[];

  @AnyOf('text', { zh: '代码（精确）', en: 'Codes, exact' }, ['B1-101'])
  code?: string[];

  @Flag({ zh: '是否在用', en: 'Active', optional: true })
  active?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['code', 'name', 'updatedAt'])
  sort?: string;
}

export class PlaceDto {
  @Uuid({ zh: '场所', en: 'Place' })
  id: string;

  @OneOf(PLACE_KINDS, { zh: '种类', en: 'Kind', example: 'room' })
  kind: string;

  @Text({ zh: '代码', en: 'Code', example: 'B1-101' })
  code: string;

  @Text({ zh: '名称', en: 'Name', example: '1号楼101' })
  name: string;

  @Uuid({ zh: '上级场所', en: 'Parent', nullable: true })
  parentId: string | null;

  @Uuid({ zh: '所属网格', en: 'Grid', nullable: true })
  gridId: string | null;

  @Flag({ zh: '是否在用', en: 'Active' })
  active: boolean;

  static from(place: Place): PlaceDto {
    const { id, kind, code, name, parentId, gridId, active } = place;
    return Object.assign(new PlaceDto(), { id, kind, code, name, parentId, gridId, active });
  }
}

/** A place alone, with every place above it. */
export class PlaceDetailDto extends PlaceDto {
  @ListOf(() => PlaceDto, { zh: '从校区到本场所', en: 'From the campus down to this place', maxItems: 10, example: [] })
  path: PlaceDto[];

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647 })
  version: number;

  static of(place: Place, path: Place[]): PlaceDetailDto {
    const above = path.map((one) => PlaceDto.from(one));
    return Object.assign(new PlaceDetailDto(), PlaceDto.from(place), { path: above, version: place.version });
  }
}
