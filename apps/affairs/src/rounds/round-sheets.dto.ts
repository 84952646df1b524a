import { Int, OneOf } from '#fields';
import { SHEETS, type SheetKind } from './round-sheets.js';

export class SheetQuery {
  @OneOf(SHEETS, { zh: '表格种类', en: 'Kind of sheet', example: 'figures' })
  kind: SheetKind;
}

export class SheetResultDto {
  @Int({ zh: '写入行数', en: 'Rows that were written', min: 0, max: 2_147_483_647, example: 120 })
  rows: number;
}
