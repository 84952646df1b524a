import { Int } from '#fields';
import { Policy } from '#policy';

/** How careful imports are. */
@Policy({ key: 'directory.import', title: { zh: '导入', en: 'Imports' } })
export class ImportPolicy {
  @Int({
    zh: '缩减保护：一次最多结束的在籍学生或归属比例（%）',
    en: 'Shrink guard: share of active students or memberships one import may end, in %',
    min: 1,
    max: 100,
    example: 50,
  })
  shrinkPercent = 50;

  @Int({
    zh: '缩减保护：少于此数不触发',
    en: 'Shrink guard: fewer than so many are always allowed',
    min: 0,
    max: 1_000_000,
    example: 5,
  })
  shrinkFloor = 5;

  @Int({
    zh: '学工号保护：一次最多改变学工号的人员比例（%）',
    en: 'Number guard: share of people whose number one import may change, in %',
    min: 1,
    max: 100,
    example: 5,
  })
  renumberPercent = 5;

  @Int({ zh: '上传文件保留天数', en: 'Days an uploaded file is kept', min: 1, max: 3650, example: 30 })
  keepFilesDays = 30;
}
