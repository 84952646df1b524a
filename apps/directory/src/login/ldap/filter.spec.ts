import { filterFor, nameOf } from './filter.js';

describe('filterFor', () => {
  it.each([
    ['2024000001', '(uid=2024000001)'],
    ['*', '(uid=\\2a)'],
    ['a)(uid=*', '(uid=a\\29\\28uid=\\2a)'],
    ['SCHOOL\\li', '(uid=SCHOOL\\5cli)'],
    ['a\0b', '(uid=a\\00b)'],
    ['阿依·古丽', '(uid=阿依·古丽)'],
    ['$&', '(uid=$&)'],
  ])('has %j as a value, whatever stands in it', (name, filter) => {
    expect(filterFor('(uid={name})', name)).toBe(filter);
  });

  it('reads names that the school wrote as octets (RFC 4515 §4), and leaves what must be escaped as it is', () => {
    expect(filterFor('(&(ou=\\e8\\ae\\a1*)(sn=Lu\\c4\\8di\\c4\\87\\2a)(uid={name}))', '李')).toBe(
      '(&(ou=计*)(sn=Lučić\\2a)(uid=李))',
    );
  });

  it('puts it wherever the school wants it', () => {
    expect(filterFor('(|(uid={name})(mail={name}))', 'li*')).toBe('(|(uid=li\\2a)(mail=li\\2a))');
  });
});

describe('nameOf', () => {
  it.each([
    ['  2024000001 ', '2024000001'],
    ['２０２４', '2024'],
    ['li  wei', 'li wei'],
    ["o'neill+x@example.edu.cn", "o'neill+x@example.edu.cn"],
    ['SCHOOL\\li', 'SCHOOL\\li'],
    ['李伟', '李伟'],
  ])('is %j: %j', (typed, name) => {
    expect(nameOf(typed)).toBe(name);
  });

  it.each(['', '   ', '*', 'a)(uid=*', 'a\0', 'a\u200bb', 'a\u00adb', 'a\nb', 'a,ou=people', 'x'.repeat(129)])(
    'is none: %j',
    (typed) => {
      expect(nameOf(typed)).toBeUndefined();
    },
  );
});
