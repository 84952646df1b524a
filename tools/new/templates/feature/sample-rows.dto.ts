import { Flag, Instant, Int, Nested, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';

export class SampleRowsQuery extends ListQuery {
  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @Flag({ zh: '是否已关闭', en: 'Closed ones, or those that are open', optional: true, example: false })
  closed?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['createdAt', 'updatedAt'])
  sort?: string;
}

export class RegisterSampleRowDto {
  @Uuid({ zh: '学生', en: 'Student' })
  studentId: string;

  @Text({ zh: '说明', en: 'What it is about', example: '待补充说明' })
  description: string;
}

/** A sample row with its student. */
export class SampleRowDto {
  @Uuid({ zh: '样本', en: 'Sample row' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Text({ zh: '说明', en: 'What it is about', example: '待补充说明' })
  description: string;

  @Instant({ zh: '登记时间', en: 'Registered at' })
  createdAt: Date;

  @Instant({ zh: '关闭时间', en: 'Closed at', nullable: true })
  closedAt: Date | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(this: void, row: object): SampleRowDto {
    return Object.assign(new SampleRowDto(), row);
  }
}
