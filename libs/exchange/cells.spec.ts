import { dateIn, hasInvisible, instantIn } from './cells.js';
import { readHeader } from './headers.js';

describe('cells', () => {
  it.each<[string, string | undefined]>([
    ['2026-09-01', '2026-09-01'],
    ['2026/9/1', '2026-09-01'],
    ['20260901', '2026-09-01'],
    ['2026-9/1', undefined],
    ['2026-02-29', undefined],
    ['0001-01-01', undefined],
    ['2026-09-01 ', undefined],
  ])('reads the date %s', (text, date) => expect(dateIn(text)).toBe(date));

  it.each<[string, string | undefined]>([
    ['2026/11/19 22:58:03+0800', '2026-11-19T22:58:03+08:00'],
    ['2026-11-19T22:58:03.5Z', '2026-11-19T22:58:03.5Z'],
    ['2026-11-19 22:58:03', '2026-11-19T22:58:03'],
    ['2026-11-19T24:00:00Z', undefined],
    ['2026-11-19T22:58:03+15:00', undefined],
    ['2026-11-19T22:58:03-14:30', undefined],
    ['2026-02-30T22:58:03Z', undefined],
  ])('reads the instant %s', (text, instant) => expect(instantIn(text)).toBe(instant));

  it('sees marks that nobody sees', () => {
    for (const mark of ['\u202e', '\u200b', '\ufeff']) expect(hasInvisible(`a${mark}b`)).toBe(true);
    expect(hasInvisible('阿卜杜拉·买买提 \u200d')).toBe(false);
  });
});

describe('headers', () => {
  const columns = { room: { zh: '寝室' }, bed: { zh: '床位' } };
  it('are read in either language and any order', () => {
    const { at, errors } = readHeader(columns, ['room'], [' 床位', 'room']);
    expect([[...at], errors]).toEqual([
      [
        ['bed', 0],
        ['room', 1],
      ],
      [],
    ]);
  });

  it('name what is unknown, twice or missing, in both languages', () => {
    const { errors } = readHeader(columns, ['room'], ['床位', 'bed', '性别']);
    expect(errors).toEqual([
      { column: 'bed', zh: '此列出现了两次', en: 'is there twice' },
      {
        column: '性别',
        zh: '未知的列「性别」；可用：寝室 room、床位 bed',
        en: 'unknown column "性别"; known are: 寝室 room, 床位 bed',
      },
      { column: 'room', zh: '缺少「寝室」（room）列', en: 'column room (寝室) is missing' },
    ]);
  });
});
