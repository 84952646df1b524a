import { Flag, Int, Text, Uuid } from '#fields';
import type { Person } from '../people/person.entity.js';

export class StaffSourceDto {
  @Text({
    zh: '来源系统；只能修改由它维护或无人维护的人员',
    en: 'The system that says so; it changes only whom it keeps, or nobody keeps',
    max: 32,
    pattern: /^[a-z][a-z0-9-]*$/,
    example: 'scim',
  })
  source: string;
}

export class StaffInput extends StaffSourceDto {
  @Text({
    zh: '来源系统对该人员的标识',
    en: 'What the source calls the person',
    nullable: true,
    example: '2f1d7c3e',
  })
  externalId: string | null;

  @Text({ zh: '工号', en: 'Staff number', max: 64, example: 'T20260001' })
  number: string;

  @Text({ zh: '姓名', en: 'Name', max: 100, example: '王芳' })
  name: string;

  @Flag({ zh: '是否在册', en: 'Active', example: true })
  active: boolean;

  @Uuid({
    zh: '所属单位；null 为该来源未指定',
    en: 'The unit they belong to; null = none by this source',
    nullable: true,
    example: '00000000-0000-7000-8000-000400000001',
  })
  unitId: string | null;
}

export class StaffDto {
  @Uuid({ zh: '人员', en: 'Person' })
  id: string;

  @Text({ zh: '工号', en: 'Staff number', example: 'T20260001' })
  number: string;

  @Text({ zh: '姓名', en: 'Name', example: '王芳' })
  name: string;

  @Flag({ zh: '是否在册', en: 'Active', example: true })
  active: boolean;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647 })
  version: number;

  static from({ id, number, name, active, version }: Person): StaffDto {
    return Object.assign(new StaffDto(), { id, number, name, active, version });
  }
}
