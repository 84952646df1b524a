import { DateOnly, Decimal, Flag, Instant, Int, Json, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort, UpdatedSince } from '#http';

export class Place {
  @Text({ zh: '楼栋', en: 'Building', max: 20 })
  building: string;
  @Int({ zh: '楼层', en: 'Floor', min: -3, max: 60 })
  floor: number;
}

export class NewNote {
  @Text({ zh: '标题', en: 'Title', max: 50, example: '漏水' })
  title: string;
  @Int({ zh: '分量', en: 'Weight', min: 0, max: 100, example: 5 })
  weight: number;
  @LongText({ zh: '说明', en: 'Text', optional: true, nullable: true })
  text?: string | null;
  @Nested(() => Place, { zh: '地点', en: 'Place', optional: true })
  place?: Place;
  @ListOf(() => Place, { zh: '其他地点', en: 'Other places', optional: true, maxItems: 3 })
  places?: Place[];
  @ListOf('uuid', { zh: '人员', en: 'People', optional: true, unique: true })
  personIds?: string[];
  @OneOf({ low: { zh: '低', en: 'Low' }, high: { zh: '高', en: 'High' } }, { zh: '级别', en: 'Level', optional: true })
  level?: string;
  @DateOnly({ zh: '日期', en: 'Date', optional: true })
  date?: string;
  @Instant({ zh: '时间', en: 'Instant', optional: true })
  at?: string;
  @Decimal({ zh: '比率', en: 'Ratio', min: 0, max: 1, optional: true })
  ratio?: number;
  @Flag({ zh: '公开', en: 'Public', optional: true })
  open?: boolean;
  @Uuid({ zh: '上级', en: 'Parent', optional: true })
  parentId?: string;
  @Json({ zh: '附加', en: 'Extra', optional: true, maxBytes: 500 })
  extra?: object;
}

export class ChangedNote {
  @Text({ zh: '标题', en: 'Title', max: 50 })
  title: string;
}

export class NoteDto {
  @Uuid({ zh: '标识', en: 'Id' })
  id: string;
  @Text({ zh: '标题', en: 'Title', max: 50 })
  title: string;
  @Int({ zh: '分量', en: 'Weight', min: 0, max: 100 })
  weight: number;
  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647 })
  version: number;
  @Nested(() => Place, { zh: '地点', en: 'Place', nullable: true })
  place: Place | null;

  static from(note: { id: string; title: string; weight: number; version: number }): NoteDto {
    return { id: note.id, title: note.title, weight: note.weight, version: note.version, place: null };
  }
}

export class NotesQuery extends ListQuery {
  @Sort(['title', 'createdAt'])
  sort?: string;
  @UpdatedSince()
  updatedSince?: string;
  @AnyOf('text', { zh: '标题', en: 'Title' })
  title?: string[];
  @Flag({ zh: '公开', en: 'Public', optional: true })
  open?: boolean;
  @ListOf('int', { zh: '分量', en: 'Weights', optional: true })
  weight?: number[];
}
