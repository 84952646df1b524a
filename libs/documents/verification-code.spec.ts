import { codeOf, grouped, newCode } from './verification-code.js';

describe('a verification code', () => {
  it('has 140 random bits and is read as it is printed and typed', () => {
    const codes = Array.from({ length: 2_000 }, newCode);
    expect(new Set(codes).size).toBe(2_000);
    expect(new Set(codes.join(''))).toEqual(new Set('0123456789ABCDEFGHJKMNPQRSTVWXYZ'));
    for (const code of codes.slice(0, 50)) {
      expect(codeOf(grouped(code))).toBe(code);
      expect(codeOf(` ${grouped(code).toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l')} `)).toBe(code);
    }
  });

  it.each(['', 'x', 'U'.repeat(28), '0'.repeat(27), '0'.repeat(29), '０'.repeat(28), "' OR 1=1 --"])(
    'is not %j',
    (typed) => expect(codeOf(typed)).toBeUndefined(),
  );
});
