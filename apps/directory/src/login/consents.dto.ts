import { type Permission, PERMISSIONS } from '#contracts';
import { Instant, ListOf, Text } from '#fields';
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

export class ConsentsDto {
  @ListOf(() => ConsentDto, { zh: '授权', en: 'Consents', maxItems: 1000 })
  consents: ConsentDto[];

  static from(this: void, consents: ConsentDto[]): ConsentsDto {
    return Object.assign(new ConsentsDto(), { consents });
  }
}
