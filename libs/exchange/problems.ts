import { defineProblem } from '#problems';

export const NotATable = defineProblem({
  code: 'exchange/not-a-table',
  status: 400,
  zh: '文件不是可以读取的 CSV 或 Excel 工作簿（.xlsx），详见 errors',
  en: 'The file is neither CSV nor an Excel workbook (.xlsx) that can be read; see errors',
});
