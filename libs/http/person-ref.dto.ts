import { Text, Uuid } from '#fields';

/** A person, as an answer shows them. */
export class PersonRefDto {
  @Uuid({ zh: '人员', en: 'Person', example: '00000000-0000-7000-8000-004000000001' })
  id: string;

  @Text({ zh: '学号或工号', en: 'Student or staff number', example: 'T0001' })
  number: string;

  @Text({ zh: '姓名', en: 'Name', example: '王老师' })
  name: string;

  static from({ id, number, name }: PersonRefDto): PersonRefDto {
    return Object.assign(new PersonRefDto(), { id, number, name });
  }
}
