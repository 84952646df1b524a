import { type Permission, PERMISSIONS } from '#contracts';
import { DateOnly, Instant, ListOf, OneOf, Text } from '#fields';
import { CLIENT_ID } from '../clients/client.entity.js';

const PERMISSION_NAMES = Object.keys(PERMISSIONS) as Permission[];

export class ConsentParams {
  @Text({
    zh: '应用标识（client_id）',
    en: 'client_id',
    example: 'leave-mini-program',
    min: 3,
    max: 32,
    pattern: CLIENT_ID,
  })
  clientId: string;
}

export class ConsentDto {
  @Text({ zh: '应用标识（client_id）', en: 'client_id', example: 'leave-mini-program', max: 32 })
  clientId: string;

  @Text({ zh: '应用名称', en: 'Name of the app', example: '请假小程序', max: 100 })
  name: string;

  @ListOf(PERMISSION_NAMES, {
    zh: '允许其代办的事项',
    en: 'What it may do in the name of the person',
    maxItems: PERMISSION_NAMES.length,
    example: ['affairs:leave:submit'],
  })
  permissions: Permission[];

  @Instant({ zh: '最近一次同意的时间', en: 'When it was last agreed to' })
  givenAt: Date;
}

/** An app that somebody lets act in their name, as the table has it. */
export interface ConsentRow {
  clientId: string;
  name: string;
  publisher: string | null;
  permissions: Permission[];
  givenAt: Date;
  usedOn: string | null;
}

export class ConsentsDto {
  @ListOf(() => ConsentDto, { zh: '授权', en: 'Consents', maxItems: 1000 })
  consents: ConsentDto[];

  static from(this: void, rows: ConsentRow[]): ConsentsDto {
    const consents = rows.map(({ clientId, name, permissions, givenAt }) =>
      Object.assign(new ConsentDto(), { clientId, name, permissions, givenAt }),
    );
    return Object.assign(new ConsentsDto(), { consents });
  }
}

class MyAppPermissionDto {
  @OneOf(PERMISSIONS, { zh: '权限', en: 'Permission', example: 'affairs:leave:submit' })
  name: Permission;

  @Text({ zh: '中文说明', en: 'In Chinese', example: '本人请假' })
  zh: string;

  @Text({ zh: '英文说明', en: 'In English', example: 'Ask for leave oneself' })
  en: string;
}

export class MyAppDto {
  @Text({ zh: '应用标识（client_id）', en: 'client_id', example: 'leave-mini-program', max: 32 })
  clientId: string;

  @Text({ zh: '应用名称', en: 'Name of the app', example: '请假小程序', max: 100 })
  name: string;

  @Text({ zh: '发布方', en: 'Who offers it', max: 100, nullable: true, example: '信息化办公室' })
  publisher: string | null;

  @ListOf(() => MyAppPermissionDto, {
    zh: '允许其代办的事项',
    en: 'What it may do in the name of the person',
    maxItems: PERMISSION_NAMES.length,
  })
  permissions: MyAppPermissionDto[];

  @Instant({ zh: '最近一次同意的时间', en: 'When it was last agreed to' })
  givenAt: Date;

  @DateOnly({
    zh: '最近一次代本人使用的日期',
    en: 'Day on which it last acted in the name of the person',
    nullable: true,
    example: '2026-11-20',
  })
  lastUsedOn: string | null;
}

export class MyAppsDto {
  @ListOf(() => MyAppDto, { zh: '应用', en: 'Apps', maxItems: 1000 })
  apps: MyAppDto[];

  static from(this: void, rows: ConsentRow[]): MyAppsDto {
    const apps = rows.map(({ permissions, usedOn, ...row }) =>
      Object.assign(new MyAppDto(), {
        ...row,
        permissions: permissions.map((name) => {
          // An app may have been agreed to with what the house no longer knows.
          const { zh, en } = Object.hasOwn(PERMISSIONS, name) ? PERMISSIONS[name] : { zh: name, en: name };
          return Object.assign(new MyAppPermissionDto(), { name, zh, en });
        }),
        lastUsedOn: usedOn,
      }),
    );
    return Object.assign(new MyAppsDto(), { apps });
  }
}
