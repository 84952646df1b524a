import { readRow, readTime } from './pass-rows.js';

const row = {
  deviceCode: 'GATE-B1',
  recordId: '1502',
  studentNumber: '2024000001',
  direction: 'in',
  at: '2026-11-20T22:58:03+08:00',
};

describe('a row of a batch', () => {
  it('is read with what may be left out', () => {
    expect(readRow(row, 3)).toEqual({ index: 3, ...row, replaces: false });
    expect(readRow({ ...row, direction: undefined, replaces: true }, 0)).toMatchObject({
      direction: null,
      replaces: true,
    });
  });

  it('takes slashes and an offset without a colon', () =>
    expect(readRow({ ...row, at: '2026/11/20 22:58:03+0800' }, 0)).toMatchObject({ at: '2026-11-20T22:58:03+08:00' }));

  it.each(['2026-11-20T22:58:03Z', '2026-11-20 22:58:03', '2026-11-20T22:58:03.123456-05:30', '2024-02-29T23:59:59Z'])(
    'takes the time %s',
    (at) => expect(readRow({ ...row, at }, 0)).toMatchObject({ at: at.replace(' ', 'T') }),
  );

  it.each([
    '2026-11-20',
    '2026-02-29T10:00:00Z',
    '2026-13-01T10:00:00Z',
    '2026-00-10T10:00:00Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T22:60:00Z',
    '2026-11-20T22:58:03+15:00',
    '1999-12-31T22:58:03Z',
    '2026-11-20T22:58:03 +08:00',
    1_763_650_683,
  ])('refuses the time %s', (at) =>
    expect(readRow({ ...row, at }, 7)).toMatchObject({ index: 7, pointer: '#/passes/7/at' }),
  );
});

describe('the time of a pass', () => {
  it('is an instant as it was sent, or the wall clock of the device', () => {
    expect(readTime('2026-11-20T22:58:03+08:00', 'Asia/Tokyo')).toEqual({
      at: new Date('2026-11-20T14:58:03Z'),
      rawAt: null,
    });
    expect(readTime('2026-11-20T22:58:03', 'Asia/Tokyo')).toEqual({
      at: new Date('2026-11-20T13:58:03Z'),
      rawAt: '2026-11-20T22:58:03',
    });
  });
});
