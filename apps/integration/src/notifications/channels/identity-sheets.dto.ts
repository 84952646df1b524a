import { Flag, Int } from '#fields';

export class IdentitySheetQuery {
  @Flag({ zh: '只比对、不写入', en: 'Only compare, write nothing', optional: true, example: true })
  dryRun = false;
}

const COUNT = { min: 0, max: 2_147_483_647 };

/** What a sheet changed, or would change. */
export class IdentitySheetResultDto {
  @Int({ zh: '新设置', en: 'Addresses where there was none', ...COUNT, example: 118 })
  created = 0;

  @Int({ zh: '更换', en: 'Addresses that were replaced', ...COUNT, example: 2 })
  changed = 0;

  @Int({ zh: '删除', en: 'Addresses that were removed', ...COUNT, example: 1 })
  removed = 0;

  @Int({ zh: '未变', en: 'Rows that change nothing', ...COUNT, example: 4879 })
  unchanged = 0;

  @Flag({ zh: '只比对', en: 'Whether nothing was written' })
  dryRun = false;
}
