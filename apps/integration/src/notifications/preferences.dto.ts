import { Int, ListOf, Nested, OneOf, Text } from '#fields';
import { KindChannelsDto } from './kind-channels.dto.js';
import { TIME } from './notifications.policy.js';
import { LANGUAGES, type NotificationPreference } from './preference.entity.js';

/** Hours in which a person is not disturbed. */
export class QuietHoursDto {
  @Text({ zh: '自', en: 'From', pattern: TIME, example: '22:30' })
  from: string;

  @Text({
    zh: '至；早于“自”则过夜，相同则不设',
    en: 'To; before `from`: over midnight; the same: none',
    pattern: TIME,
    example: '06:30',
  })
  to: string;
}

/** What a person says of how to be told. */
export class PreferenceChangeDto {
  @OneOf(LANGUAGES, { zh: '语言', en: 'Language', example: 'zh' })
  language: keyof typeof LANGUAGES;

  @Nested(() => QuietHoursDto, {
    zh: '免打扰；null 为按学校',
    en: 'Quiet hours; null: those of the school',
    nullable: true,
  })
  quiet: QuietHoursDto | null;

  @ListOf(() => KindChannelsDto, {
    zh: '各种类的渠道；未列出的按默认。紧急消息走所有可用渠道',
    en: 'Channels by kind; those not listed are as the house says. Urgent messages take every channel there is',
    maxItems: 100,
  })
  kinds: KindChannelsDto[];
}

export class PreferenceDto extends PreferenceChangeDto {
  @Int({ zh: '版本；0 为尚未设置', en: 'Version; 0: nothing was said yet', min: 0, max: 2_147_483_647, example: 1 })
  version: number;

  static from(preference: NotificationPreference, version = preference.version): PreferenceDto {
    const { language, quietFrom, quietTo, kinds } = preference;
    const quiet = quietFrom === null ? null : Object.assign(new QuietHoursDto(), { from: quietFrom, to: quietTo });
    const listed = Object.entries(kinds).map(([kind, channels]) =>
      Object.assign(new KindChannelsDto(), { kind, channels }),
    );
    return Object.assign(new PreferenceDto(), { language, quiet, kinds: listed, version });
  }
}
