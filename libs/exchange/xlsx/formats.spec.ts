import { builtInFormat, formatOfCode, type NumberFormat } from './formats.js';
import { textOfIsoDate, textOfNumber } from './numbers.js';

describe('number formats', () => {
  it.each<[string, NumberFormat]>([
    ['General', 'number'],
    ['General"天"', 'number'],
    ['0.00', 'number'],
    ['#,##0.00;[Red]-#,##0.00', 'number'],
    ['0.00E+00', 'number'],
    ['[$¥-804]#,##0.00', 'number'],
    ['0\\d', 'number'],
    ['0"days"', 'number'],
    ['0_d', 'number'],
    ['0%;"dd"', 'number'],
    ['000000', { zeros: 6 }],
    ['@', 'text'],
    ['yyyy-mm-dd', 'date'],
    ['yyyy"年"m"月"d"日";@', 'date'],
    ['[$-804]yyyy"年"m"月"', 'date'],
    ['[$-804]aaaa', 'date'],
    ['e"年"m"月"', 'date'],
    ['[DBNum1][$-804]m"月"d"日"', 'date'],
    ['mmm', 'date'],
    ['[Red]d-mmm-yy', 'date'],
    ['m', 'date'],
    ['h:mm AM/PM', 'time'],
    ['上午/下午h"时"mm"分"', 'time'],
    ['mm:ss.0', 'time'],
    ['[h]:mm', 'elapsed'],
    ['[mm]:ss', 'elapsed'],
    ['yyyy-mm-dd hh:mm:ss', 'moment'],
    ['m/d/yy h:mm', 'moment'],
  ])('%s is %j', (code, format) => expect(formatOfCode(code)).toEqual(format));

  it.each([14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58])('%d is a date', (id) =>
    expect(builtInFormat(id)).toBe('date'),
  );
  it.each([22, 32, 33, 34, 35, 55, 56])('%d is a date or a time, as the number has it', (id) => {
    expect(textOfNumber('46266', builtInFormat(id), false)).toBe('2026-09-01');
    expect(textOfNumber('0.3125', builtInFormat(id), false)).toBe('07:30:00');
  });
  it.each([0, 1, 2, 9, 10, 11, 37, 44, 48])('%d is a number', (id) => expect(builtInFormat(id)).toBe('number'));
});

describe('numbers as a person sees them', () => {
  it.each<[string, NumberFormat, string]>([
    ['46266', 'date', '2026-09-01'],
    ['46266.3125', 'date', '2026-09-01'],
    ['46266.3125', 'moment', '2026-09-01 07:30:00'],
    ['46266.312499999998', 'moment', '2026-09-01 07:30:00'],
    ['46266.999999999', 'moment', '2026-09-02'],
    ['0', 'date', ''],
    ['1', 'date', ''],
    ['1', 'moment', ''],
    ['2', 'date', '1900-01-02'],
    ['59', 'date', '1900-02-28'],
    ['60', 'date', '1900-02-29'],
    ['61', 'date', '1900-03-01'],
    ['2958465', 'date', '9999-12-31'],
    ['2958466', 'date', '2958466'],
    ['-1', 'date', '-1'],
    ['0.75', 'time', '18:00:00'],
    ['1.5', 'elapsed', '36:00:00'],
    ['7', { zeros: 3 }, '007'],
    ['1234', { zeros: 3 }, '1234'],
    ['2024000001', 'number', '2024000001'],
    ['999999999999999', 'number', '999999999999999'],
    ['1000000000000000', 'number', '1.00000000000000E+15'],
    ['542401199001011234', 'number', '5.42401199001011E+17'],
    ['5.4240119900101101E+17', 'number', '5.42401199001011E+17'],
    ['0.30000000000000004', 'number', '0.3'],
    ['89.5', 'number', '89.5'],
    ['-3', 'number', '-3'],
  ])('%s as %j is %j', (raw, format, text) => expect(textOfNumber(raw, format, false)).toBe(text));

  it('counts from 1904 where the workbook says so', () => {
    expect(textOfNumber('44804', 'date', true)).toBe('2026-09-01');
    expect(textOfNumber('31477', 'date', true)).toBe('1990-03-07');
    expect(textOfNumber('0', 'date', true)).toBe('');
  });

  it.each([
    ['2026-09-01', '2026-09-01'],
    ['2026-09-01T00:00:00', '2026-09-01'],
    ['2026-09-01T07:30:00.000Z', '2026-09-01 07:30:00'],
    ['soon', 'soon'],
  ])('reads the written date %s', (raw, text) => expect(textOfIsoDate(raw)).toBe(text));
});
