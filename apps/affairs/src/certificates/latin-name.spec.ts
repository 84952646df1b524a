import { latinName } from './latin-name.js';

describe('a name in Latin letters', () => {
  it.each([
    ['张三丰', 'ZHANG Sanfeng'],
    ['欧阳修', 'OUYANG Xiu'],
    ['单雄信', 'SHAN Xiongxin'],
    ['仇英', 'QIU Ying'],
    ['种师道', 'CHONG Shidao'],
    ['万俟卨', 'MOQI Xie'],
    ['吕布', 'LYU Bu'],
    ['刘西安', "LIU Xi'an"],
    ['欧阳', 'OU Yang'],
    ["John O'Neill", "John O'Neill"],
  ])('%s is %s', (name, expected) => expect(latinName(name)).toBe(expected));

  it.each(['阿依古丽·买买提', '学生1', '𠮷田', '王', ''])('of %s is not told', (name) =>
    expect(latinName(name)).toBeUndefined(),
  );
});
